import { mayBecome } from '../billing/order-status.ts';
import { addOrderEvent, type OrderEventSource } from '../db/order-events.ts';
import { setOrderStatus } from '../db/order-writes.ts';
import type { Order } from '../db/orders.ts';
import type { PaymentFact } from '../providers/payments.ts';
import type { ActivityDeps } from './deps.ts';
import { existingLockedOrder, existingOrder, providerOf } from './order-parts.ts';
import { settlePayment } from './settle-payment.ts';

export interface CloseOrderInput {
  orderId: string;
  as: 'expired' | 'cancelled' | 'failed';
  source: OrderEventSource;
  detail: string;
}

/**
 * Ends an order that nobody paid. The provider closes its page first: from then on no money can come, and what
 * came meanwhile is credited instead of closing.
 */
export async function closeOrder(deps: ActivityDeps, input: CloseOrderInput): Promise<Order> {
  const order = await existingOrder(deps.db, input.orderId);
  const provider = providerOf(deps, order.provider);
  const fact = order.checkoutRef === null ? undefined : await provider.closeCheckout(order.checkoutRef);
  return deps.db.transaction(async (trx) => {
    if (fact && movesMoney(fact)) await settlePayment(trx, fact, input.source, provider.live);
    const settled = await existingLockedOrder(trx, input.orderId);
    if (!mayClose(settled, fact, input)) return settled;
    const { id: orderId, accountId } = settled;
    await setOrderStatus(trx, orderId, input.as);
    await addOrderEvent(trx, {
      orderId,
      accountId,
      kind: input.as,
      source: input.source,
      detail: input.detail,
    });
    return existingLockedOrder(trx, orderId);
  });
}

function movesMoney({ status }: PaymentFact): boolean {
  return status === 'paid' || status === 'processing' || status === 'failed';
}

function mayClose(order: Order, fact: PaymentFact | undefined, input: CloseOrderInput): boolean {
  // A page that is still open although it was asked to close is asked again later.
  if (fact && fact.status !== 'expired') return false;
  // A page was stored between our two looks: it was not closed yet.
  if (!fact && order.checkoutRef !== null) return false;
  return order.status !== 'paid' && mayBecome(order.status, input.as, order.attentionReason);
}
