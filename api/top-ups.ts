import { v5 as uuidv5 } from 'uuid';
import { DomainError } from '../billing/errors.ts';
import { NANOS_PER_CENT } from '../billing/money.ts';
import { orderNumberOf } from '../billing/order-number.ts';
import { orderInputHash } from '../db/order-writes.ts';
import { findOrder, type Order } from '../db/orders.ts';
import type { Session } from '../http/session.ts';
import {
  cancelOrderUpdate,
  checkWithProviderUpdate,
  issueLinkUpdate,
  issueLinkUpdateId,
  type TopUpInput,
  topUpInputOf,
} from '../workflows/contract.ts';
import { askTopUp } from './ask-top-up.ts';
import type { ApiDeps } from './deps.ts';
import { amountOf, methodOf } from './top-up-methods.ts';

// Any constant: it keeps order ids apart from other ids that are made from an account and a text.
const ORDER_NAMESPACE = '6f1c2f0e-7a52-4b5e-9d0b-1f6a3c5d8e21';

export interface TopUpRequest {
  accountId: string;
  idempotencyKey: string;
  amountUsd: string;
  method: string;
}

/**
 * The order of this key, with its link. The order's id follows from account and key, so a repeat (impatient,
 * after a crash, after a time-out) reaches the same workflow and goes on where it is.
 */
export async function createTopUp(deps: ApiDeps, request: TopUpRequest): Promise<Order> {
  const input = topUpInput(deps, request);
  const known = await findOrder(deps.db, input.orderId);
  if (known) requireSameContent(known, input);
  if (!known || known.status === 'created') await issueLink(deps, input);
  const order = await findOrder(deps.db, input.orderId);
  if (!order) throw new Error(`Order ${input.orderId} is gone`);
  // A request with the same key and another content may have been first by a moment.
  requireSameContent(order, input);
  if (order.status === 'failed' && order.checkoutRef === null)
    throw new DomainError(
      'provider_unavailable',
      'The payment provider could not make a payment page. Nothing was charged. Start a new top-up.',
    );
  return order;
}

function topUpInput({ config }: ApiDeps, request: TopUpRequest): TopUpInput {
  const { accountId, idempotencyKey } = request;
  const method = methodOf(config, request.method);
  const creditNanos = amountOf(request.amountUsd, method);
  const orderId = uuidv5(`${accountId}:${idempotencyKey}`, ORDER_NAMESPACE);
  return {
    orderId,
    orderNumber: orderNumberOf(orderId),
    accountId,
    idempotencyKey,
    provider: method.provider,
    method: method.method,
    creditNanos: creditNanos.toString(),
    payCurrency: method.currency,
    payMinor: (creditNanos / NANOS_PER_CENT).toString(),
  };
}

function requireSameContent(order: Order, input: TopUpInput): void {
  if (!order.inputHash.equals(orderInputHash(input)))
    throw new DomainError('idempotency_key_reused', 'This Idempotency-Key was used for another top-up', {
      param: 'idempotency-key',
    });
}

async function issueLink(deps: ApiDeps, input: TopUpInput): Promise<void> {
  try {
    await askForLink(deps, input);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'temporal_unavailable') throw error;
    const order = await findOrder(deps.db, input.orderId);
    // The order exists, so Tollgate works: it is the provider that does not make a page.
    if (order?.status === 'created') throw providerIsSlow(error);
    if (!order) throw error;
  }
}

/** Parallel repeats share one update, so that they cost no more than one. */
async function askForLink(deps: ApiDeps, input: TopUpInput): Promise<void> {
  try {
    await askTopUp(deps, input, issueLinkUpdate, { updateId: issueLinkUpdateId });
  } catch (error) {
    if (!(error instanceof DomainError) || !passingRefusals.has(error.code)) throw error;
    // Temporal remembers the shared update's refusal, but the limit may have room by now: ask anew.
    await askTopUp(deps, input, issueLinkUpdate, {});
  }
}

const passingRefusals: ReadonlySet<string> = new Set([
  'too_many_pending_orders',
  'daily_top_up_limit_reached',
  'account_suspended',
]);

function providerIsSlow(cause: unknown): DomainError {
  return new DomainError(
    'provider_unavailable',
    'The payment provider does not answer at the moment. Send the same request again: the order is kept.',
    { retryAfterSeconds: 10, cause },
  );
}

/** An order of one's own; support may see everybody's. */
export async function visibleOrder(deps: ApiDeps, session: Session, orderId: string): Promise<Order> {
  const order = await findOrder(deps.db, orderId);
  if (!order || (order.accountId !== session.accountId && session.role === 'customer'))
    throw new DomainError('not_found', 'There is no such top-up');
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
    throw new DomainError(
      'order_not_open',
      `This top-up is ${order.status}: it cannot be cancelled any more`,
    );
  const requestedBy = requesterOf(session, order);
  await askTopUp(deps, topUpInputOf(order), cancelOrderUpdate, { args: [{ requestedBy }] });
  return visibleOrder(deps, session, orderId);
}

/** No e-mail address: the name goes into the workflow's history and into the timeline that the customer reads. */
function requesterOf(session: Session, order: Order): string {
  return order.accountId === session.accountId ? 'customer' : `${session.role} ${session.accountId}`;
}
