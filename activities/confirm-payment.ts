import type { OrderKind } from '../billing/orders.ts';
import type { Transaction } from '../db/connection.ts';
import { type InboxEvent, type InboxStatus, markEvent, readEvent } from '../db/inbox.ts';
import type { PaymentFact } from '../providers/payments.ts';
import type { ActivityDeps } from './deps.ts';
import { providerOf } from './order-parts.ts';
import { type SettledPayment, settlePayment } from './settle-payment.ts';
import { type SubscriptionFact, settleSubscriptionFact } from './subscription/settle-fact.ts';

export interface SettledEvent {
  /** `unmatched`: no order of ours knows this payment, at least not yet. */
  outcome: string;
  order: {
    id: string;
    kind: OrderKind;
    number: string;
    accountId: string;
    attentionReason: string | null;
  } | null;
}

export interface SettleEventInput {
  inboxEventId: string;
  /** Then an event without an order is marked, so that a person finds it. */
  lastTry: boolean;
}

export type ConfirmPaymentActivities = ReturnType<typeof createConfirmPaymentActivities>;

/** The steps of one stored provider event. */
export function createConfirmPaymentActivities(deps: ActivityDeps) {
  return {
    settleEvent: (input: SettleEventInput) => settleEvent(deps, input),
    /** For an event that can never be settled: a person finds it, and the sweep lets go of it. */
    giveEventToAPerson: ({ inboxEventId, outcome }: { inboxEventId: string; outcome: string }) =>
      deps.db.transaction((trx) =>
        markEvent(trx, { inboxEventId, status: 'needs_review', outcome, orderId: null }),
      ),
  };
}

async function settleEvent(deps: ActivityDeps, input: SettleEventInput): Promise<SettledEvent> {
  const event = await deps.db.transaction((trx) => existingEvent(trx, input));
  const fact = providerOf(deps, event.provider).readEvent(event.payload);
  // What nobody acts on is marked when it is stored.
  if (!fact) return { outcome: 'ignored', order: null };
  return fact.kind === 'payment' ? settleOrder(deps, input, fact.payment) : settleFact(deps, input, fact);
}

async function settleOrder(
  deps: ActivityDeps,
  input: SettleEventInput,
  payment: PaymentFact,
): Promise<SettledEvent> {
  const { settled, outcome } = await deps.db.transaction(async (trx) => {
    const event = await existingEvent(trx, input);
    const { live } = providerOf(deps, event.provider);
    const settled = await settlePayment(trx, payment, 'webhook', live);
    const outcome = outcomeOf(settled);
    if (settled.order || input.lastTry)
      await markOnce(trx, event, { status: statusOf(settled), outcome, orderId: settled.order?.id ?? null });
    return { settled, outcome };
  });
  await tellOfLateMoney(deps, settled);
  return { outcome, order: settled.order ? namesOf(settled.order) : null };
}

/** Money for an order that was closed: its workflow, which would hand it over, has ended. */
async function tellOfLateMoney(
  { messages }: ActivityDeps,
  { order, settlement }: SettledPayment,
): Promise<void> {
  const isLate = settlement?.kind === 'credit' && settlement.late;
  if (order && order.kind !== 'top_up' && isLate) await messages.orderPaid(order.accountId, order.id);
}

/** What concerns no order but a plan: booked, and its workflow hears of it. */
async function settleFact(
  deps: ActivityDeps,
  input: SettleEventInput,
  fact: SubscriptionFact,
): Promise<SettledEvent> {
  const outcome = await settleSubscriptionFact(deps, fact);
  const isUnmatched = outcome === 'unmatched';
  if (!isUnmatched || input.lastTry)
    await deps.db.transaction(async (trx) => {
      const status = isUnmatched ? 'unmatched' : outcome === 'mismatch' ? 'needs_review' : 'processed';
      await markOnce(trx, await existingEvent(trx, input), { status, outcome, orderId: null });
    });
  return { outcome, order: null };
}

async function existingEvent(trx: Transaction, { inboxEventId }: SettleEventInput) {
  const event = await readEvent(trx, inboxEventId);
  if (!event) throw new Error(`There is no inbox event ${inboxEventId}`);
  return event;
}

/** An event that is worked on again keeps what it did first. */
async function markOnce(
  trx: Transaction,
  event: InboxEvent,
  mark: { status: InboxStatus; outcome: string; orderId: string | null },
): Promise<void> {
  if (event.status !== 'stored' && event.status !== 'unmatched') return;
  await markEvent(trx, { inboxEventId: event.id, ...mark });
}

function statusOf({ settlement }: SettledPayment): InboxStatus {
  if (!settlement) return 'unmatched';
  return settlement.kind === 'review' ? 'needs_review' : 'processed';
}

function outcomeOf({ settlement }: SettledPayment): string {
  if (!settlement) return 'unmatched';
  if (settlement.kind === 'nothing') return settlement.because;
  if (settlement.kind === 'review') return settlement.reason;
  return settlement.kind === 'close' ? settlement.status : settlement.kind;
}

function namesOf({ id, kind, number, accountId, attentionReason }: NonNullable<SettledPayment['order']>) {
  return { id, kind, number, accountId, attentionReason };
}
