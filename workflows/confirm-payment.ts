import {
  getExternalWorkflowHandle,
  isCancellation,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ConfirmPaymentActivities, SettledEvent } from '../activities/confirm-payment.ts';
import {
  type ConfirmPaymentInput,
  type ConfirmPaymentResult,
  orderWorkflowId,
  paymentSettledSignal,
  searchAttributes,
} from './contract.ts';
import { refusalOf } from './refusal.ts';

const database = proxyLocalActivities<ConfirmPaymentActivities>({ startToCloseTimeout: '10 seconds' });

/** One signed event of a provider: settled against its order, then the order's own workflow hears of it. */
export async function confirmPayment({ inboxEventId }: ConfirmPaymentInput): Promise<ConfirmPaymentResult> {
  const { outcome, order } = await settleOrGiveUp(inboxEventId);
  if (order) {
    showOrder(order, outcome);
    await tellOrder(order);
  }
  return { outcome, orderId: order?.id ?? null };
}

/** What fails for good (the ledger refuses) would fail again for ever: it goes to a person. */
async function settleOrGiveUp(inboxEventId: string): Promise<SettledEvent> {
  try {
    return await settle(inboxEventId);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const outcome = refusal.type ?? 'failed';
    await database.giveEventToAPerson({ inboxEventId, outcome });
    return { outcome, order: null };
  }
}

// The order's row is there before its page is; what an event can overtake is a commit, not a process.
const waitsBeforeUnmatched = ['1 second', '5 seconds'] as const;

async function settle(inboxEventId: string): Promise<SettledEvent> {
  for (const wait of waitsBeforeUnmatched) {
    const settled = await database.settleEvent({ inboxEventId, lastTry: false });
    if (settled.outcome !== 'unmatched') return settled;
    setCurrentDetails('No order of ours knows this payment yet. Looking again shortly.');
    await sleep(wait);
  }
  return database.settleEvent({ inboxEventId, lastTry: true });
}

function showOrder(order: NonNullable<SettledEvent['order']>, outcome: string): void {
  setCurrentDetails(`Order **${order.number}**: ${outcome}`);
  upsertSearchAttributes([
    { key: searchAttributes.accountId, value: order.accountId },
    { key: searchAttributes.orderNumber, value: order.number },
    { key: searchAttributes.attentionReason, value: order.attentionReason },
  ]);
}

/** So that the top-up ends now and not at its next poll. One that has ended already needs no telling. */
async function tellOrder(order: NonNullable<SettledEvent['order']>): Promise<void> {
  try {
    await getExternalWorkflowHandle(orderWorkflowId(order)).signal(paymentSettledSignal);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
