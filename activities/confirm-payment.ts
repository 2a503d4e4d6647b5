import type { OrderKind } from '../billing/orders.ts';
import type { Transaction } from '../db/connection.ts';
import { type InboxEvent, type InboxStatus, markEvent, readEvent } from '../db/inbox.ts';
import type { ActivityDeps } from './deps.ts';
import { providerOf } from './order-parts.ts';
import { type SettledPayment, settlePayment } from './settle-payment.ts';

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

function settleEvent(deps: ActivityDeps, { inboxEventId, lastTry }: SettleEventInput): Promise<SettledEvent> {
  return deps.db.transaction(async (trx) => {
    const event = await readEvent(trx, inboxEventId);
    if (!event) throw new Error(`There is no inbox event ${inboxEventId}`);
    const provider = providerOf(deps, event.provider);
    const fact = provider.readEvent(event.payload);
    if (fact?.kind !== 'payment') return { outcome: 'ignored', order: null };
    const settled = await settlePayment(trx, fact.payment, 'webhook', provider.live);
    if (settled.order || lastTry) await markSettled(trx, event, settled);
    return { outcome: outcomeOf(settled), order: settled.order ? namesOf(settled.order) : null };
  });
}

/** An event that is worked on again keeps what it did first. */
async function markSettled(trx: Transaction, event: InboxEvent, settled: SettledPayment): Promise<void> {
  if (event.status !== 'stored' && event.status !== 'unmatched') return;
  await markEvent(trx, {
    inboxEventId: event.id,
    status: statusOf(settled),
    outcome: outcomeOf(settled),
    orderId: settled.order?.id ?? null,
  });
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
