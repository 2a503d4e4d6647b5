import { DomainError } from '../billing/errors.ts';
import type { AttentionReason } from '../billing/orders.ts';
import type { Transaction } from '../db/connection.ts';
import { addOrderEvent } from '../db/order-events.ts';
import { extendOrder, markForReview, setOrderStatus } from '../db/order-writes.ts';
import type { Order } from '../db/orders.ts';
import type { OrderRequest } from './ask-provider.ts';
import type { ActivityDeps } from './deps.ts';
import { CHECKOUT_OPEN_SECONDS } from './issue-checkout.ts';
import { existingLockedOrder } from './order-parts.ts';

/** The provider never made a page, so nobody could pay: the order ends here, and a new one may be tried. */
export function giveUpOnLink({ db }: ActivityDeps, { orderId }: { orderId: string }): Promise<Order> {
  return db.transaction((trx) =>
    changeWhere(trx, orderId, ['created'], async (order) => {
      await setOrderStatus(trx, orderId, 'failed');
      await addOrderEvent(trx, {
        orderId,
        accountId: order.accountId,
        kind: 'failed',
        source: 'system',
        detail: 'The payment provider could not make a payment page. Nothing was charged.',
      });
    }),
  );
}

/** Makes an order that waits too long visible to a person. One that was decided meanwhile is left alone. */
export function askForReview(
  { db }: ActivityDeps,
  { orderId, reason }: { orderId: string; reason: AttentionReason },
): Promise<Order> {
  return db.transaction((trx) =>
    changeWhere(trx, orderId, ['created', 'link_issued', 'paid'], async (order) => {
      await markForReview(trx, orderId, reason);
      const { accountId } = order;
      await addOrderEvent(trx, {
        orderId,
        accountId,
        kind: 'needs_review',
        source: 'system',
        detail: reason,
      });
    }),
  );
}

export function lengthen(
  { db }: ActivityDeps,
  { orderId, source, requestedBy, seconds }: OrderRequest & { seconds: number },
): Promise<Order> {
  return db.transaction((trx) =>
    changeWhere(trx, orderId, ['link_issued'], async ({ accountId, createdAt, expiresAt }) => {
      const until = Math.max(expiresAt.getTime(), Date.now()) + seconds * 1000;
      if (until > createdAt.getTime() + CHECKOUT_OPEN_SECONDS * 1000)
        throw new DomainError('invalid_request', 'A payment page cannot stay open for more than 23 hours');
      await extendOrder(trx, orderId, seconds);
      const detail = `${requestedBy ?? source} left the link open for ${Math.round(seconds / 60)} more minutes`;
      await addOrderEvent(trx, { orderId, accountId, kind: 'extended', source, detail });
    }),
  );
}

async function changeWhere(
  trx: Transaction,
  orderId: string,
  statuses: Order['status'][],
  change: (order: Order) => Promise<void>,
): Promise<Order> {
  const order = await existingLockedOrder(trx, orderId);
  if (!statuses.includes(order.status)) return order;
  await change(order);
  return existingLockedOrder(trx, orderId);
}
