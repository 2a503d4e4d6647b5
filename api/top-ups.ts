import { DomainError } from '../billing/errors.ts';
import { NANOS_PER_CENT } from '../billing/money.ts';
import { orderNumberOf } from '../billing/order-number.ts';
import { orderInputHash } from '../db/order-writes.ts';
import { findOrder, type Order } from '../db/orders.ts';
import type { Session } from '../http/session.ts';
import { cancelOrderUpdate, checkWithProviderUpdate, topUpInputOf } from '../workflows/contract.ts';
import { askTopUp } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';
import { placeOrder } from './place-order.ts';
import { amountOf, methodOf } from './top-up-methods.ts';

export interface TopUpRequest {
  accountId: string;
  idempotencyKey: string;
  amountUsd: string;
  method: string;
}

export async function createTopUp(deps: ApiDeps, request: TopUpRequest): Promise<Order> {
  const { accountId, idempotencyKey } = request;
  const method = methodOf(deps.config, request.method);
  const nanos = amountOf(request.amountUsd, method);
  const creditNanos = nanos.toString();
  const content = { method: method.method, creditNanos };
  return placeOrder(deps, {
    accountId,
    idempotencyKey,
    startAnew: 'Start a new top-up.',
    isSame: (known) => known.inputHash.equals(orderInputHash(content)),
    input: (orderId) => ({
      ...content,
      orderId,
      orderNumber: orderNumberOf(orderId),
      accountId,
      idempotencyKey,
      provider: method.provider,
      payCurrency: method.currency,
      payMinor: (nanos / NANOS_PER_CENT).toString(),
    }),
  });
}

/** An order of one's own; support may see everybody's. */
export async function visibleOrder(deps: ApiDeps, session: Session, orderId: string): Promise<Order> {
  const order = await findOrder(deps.db, orderId);
  if (!order || (order.accountId !== session.accountId && session.role === 'customer'))
    throw new DomainError('not_found', 'There is no such order');
  return order;
}

/** Asks the provider now, whatever state the order is in, unless nothing can change it any more. */
export async function checkTopUp(
  deps: ApiDeps,
  session: Session,
  orderId: string,
  returned: boolean,
): Promise<Order> {
  const order = await visibleOrder(deps, session, orderId);
  if (order.creditedNanos > 0n) return order;
  const requester = requesterOf(session, order);
  const requestedBy = returned && requester === 'customer' ? 'return' : requester;
  await askTopUp(deps, topUpInputOf(order), checkWithProviderUpdate, { args: [{ requestedBy }] });
  return visibleOrder(deps, session, orderId);
}

export async function cancelTopUp(deps: ApiDeps, session: Session, orderId: string): Promise<Order> {
  const order = await visibleOrder(deps, session, orderId);
  if (order.status === 'cancelled') return order;
  if (order.status !== 'created' && order.status !== 'link_issued')
    throw new DomainError('order_not_open', `This order is ${order.status}: it cannot be cancelled any more`);
  const requestedBy = requesterOf(session, order);
  await askTopUp(deps, topUpInputOf(order), cancelOrderUpdate, { args: [{ requestedBy }] });
  return visibleOrder(deps, session, orderId);
}

/** No e-mail address: the name goes into the workflow's history and into the timeline that the customer reads. */
function requesterOf(session: Session, order: Order): string {
  return order.accountId === session.accountId ? 'customer' : `${session.role} ${session.accountId}`;
}
