import { validate as isUuid } from 'uuid';
import { formatMinor } from '../billing/currency.ts';
import { formatUsd } from '../billing/money.ts';
import { decideSettlement, type Settlement } from '../billing/settlement.ts';
import type { Transaction } from '../db/connection.ts';
import { postTransfer, providerClearing, walletOf } from '../db/ledger.ts';
import { addOrderEvent, type OrderEventKind, type OrderEventSource } from '../db/order-events.ts';
import {
  bindCheckout,
  markCredited,
  markForReview,
  markPaidFor,
  setOrderStatus,
} from '../db/order-writes.ts';
import {
  findOrder,
  isPaymentOfAnotherOrder,
  lockOrder,
  lockOrderByCheckout,
  type Order,
} from '../db/orders.ts';
import type { PaymentFact } from '../providers/payments.ts';

export interface SettledPayment {
  /** The order as it stands now; absent: no order of ours knows this payment. */
  order: Order | undefined;
  settlement: Settlement | undefined;
}

/**
 * The one step that turns a provider's statement into a change of an order, whoever brings the statement. It runs
 * in one transaction under the order's lock, so webhook, poll and return page can race as they like.
 */
export async function settlePayment(
  trx: Transaction,
  fact: PaymentFact,
  source: OrderEventSource,
  live: boolean,
): Promise<SettledPayment> {
  const order = await lockOrderOf(trx, fact);
  if (!order) return { order: undefined, settlement: undefined };
  const paymentUsedElsewhere =
    fact.paymentRef !== undefined &&
    (await isPaymentOfAnotherOrder(trx, {
      provider: fact.provider,
      paymentRef: fact.paymentRef,
      orderId: order.id,
    }));
  const settlement = decideSettlement(order, fact, { live, paymentUsedElsewhere });
  await applySettlement({ trx, order, fact, source }, settlement);
  return { order: await findOrder(trx, order.id), settlement };
}

/**
 * The order that issued the checkout. An event can overtake the answer that told us the checkout's id: then the
 * signed metadata names the order, and the decision below refuses one that knows another checkout.
 */
async function lockOrderOf(trx: Transaction, fact: PaymentFact): Promise<Order | undefined> {
  const issued = await lockOrderByCheckout(trx, fact.provider, fact.checkoutRef);
  if (issued || fact.orderId === undefined || !isUuid(fact.orderId)) return issued;
  const named = await lockOrder(trx, fact.orderId);
  return named?.provider === fact.provider ? named : undefined;
}

interface Settling {
  trx: Transaction;
  order: Order;
  fact: PaymentFact;
  source: OrderEventSource;
}

async function applySettlement(settling: Settling, settlement: Settlement): Promise<void> {
  const { trx, order, fact } = settling;
  if (settlement.kind === 'credit' || settlement.kind === 'processing')
    await bindCheckout(trx, order.id, fact.checkoutRef);
  switch (settlement.kind) {
    case 'nothing':
      return;
    case 'processing':
      await setOrderStatus(trx, order.id, 'paid');
      return note(settling, 'payment_processing', 'The customer has finished; the money is on its way');
    case 'close':
      await setOrderStatus(trx, order.id, settlement.status);
      return note(settling, settlement.status, `The provider says that the checkout ${settlement.status}`);
    case 'review':
      await markForReview(trx, order.id, settlement.reason);
      return note(settling, 'needs_review', describePayment(fact));
    case 'credit':
      return order.kind === 'top_up' ? credit(settling, settlement) : takePayment(settling);
  }
}

async function credit(settling: Settling, settlement: Settlement & { kind: 'credit' }): Promise<void> {
  const { trx, order, fact } = settling;
  const { amountNanos } = settlement;
  await note(settling, 'payment_seen', describePayment(fact));
  await note(settling, 'verified', 'Provider, checkout, currency and amount agree with the order');
  await postTransfer(trx, {
    key: `top-up:${order.id}`,
    kind: 'top_up',
    reference: order.id,
    accountId: order.accountId,
    debitId: providerClearing[order.provider],
    creditId: await walletOf(trx, order.accountId),
    amountNanos,
  });
  const paymentRef = fact.paymentRef ?? null;
  await markCredited(trx, {
    orderId: order.id,
    paymentRef,
    paidMinor: fact.amountMinor,
    creditedNanos: amountNanos,
  });
  await note(settling, 'credited', describeCredit(settlement, order));
}

/** What the money buys is decided by the account's subscription workflow, which hears of it next. */
async function takePayment(settling: Settling): Promise<void> {
  const { trx, order, fact } = settling;
  await note(settling, 'payment_seen', describePayment(fact));
  await note(settling, 'verified', 'Provider, checkout, currency and amount agree with the order');
  await markPaidFor(trx, {
    orderId: order.id,
    paymentRef: fact.paymentRef ?? null,
    paidMinor: fact.amountMinor,
    providerSubscriptionRef: fact.subscriptionRef ?? null,
  });
}

function describePayment(fact: PaymentFact): string {
  const { amountMinor, currency, paymentRef, checkoutRef, live } = fact;
  const amount = `${formatMinor(amountMinor, currency)} ${currency}`;
  return `${amount}, payment ${paymentRef ?? 'unnamed'}, checkout ${checkoutRef}${live ? '' : ', test mode'}`;
}

function describeCredit({ amountNanos, paid, late }: Settlement & { kind: 'credit' }, order: Order): string {
  const parts = [`$${formatUsd(amountNanos)} added to the wallet`];
  if (paid === 'less') parts.push('less was paid than asked: what arrived is credited');
  if (paid === 'more') parts.push('more was paid than asked: all of it is credited');
  if (late) parts.push(`the money came after the order was ${order.status}`);
  return parts.join('; ');
}

function note(settling: Settling, kind: OrderEventKind, detail: string): Promise<void> {
  const { trx, order, source } = settling;
  return addOrderEvent(trx, { orderId: order.id, accountId: order.accountId, kind, source, detail });
}
