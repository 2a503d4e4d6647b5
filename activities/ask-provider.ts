import { addOrderEvent, type OrderEventSource } from '../db/order-events.ts';
import type { Order } from '../db/orders.ts';
import type { ActivityDeps } from './deps.ts';
import { existingOrder, providerOf } from './order-parts.ts';
import { settlePayment } from './settle-payment.ts';

export interface OrderRequest {
  orderId: string;
  source: OrderEventSource;
  /** Who asked, where a person in support did. */
  requestedBy?: string;
}

/** Asks the provider what is true now, and settles the answer. */
export async function askProvider(deps: ActivityDeps, request: OrderRequest): Promise<Order> {
  const { orderId, source, requestedBy } = request;
  const order = await existingOrder(deps.db, orderId);
  if (order.checkoutRef === null) return order;
  const provider = providerOf(deps, order.provider);
  const fact = await provider.fetchPayment(order.checkoutRef);
  return deps.db.transaction(async (trx) => {
    if (requestedBy)
      await addOrderEvent(trx, {
        orderId,
        accountId: order.accountId,
        kind: 'checked',
        source,
        detail: `${requestedBy} asked the provider, who says: ${fact.status}`,
      });
    const settled = await settlePayment(trx, fact, source, provider.live);
    return settled.order ?? order;
  });
}
