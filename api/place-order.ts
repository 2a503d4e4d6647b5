import { v5 as uuidv5 } from 'uuid';
import { DomainError } from '../billing/errors.ts';
import { findOrder, type Order } from '../db/orders.ts';
import { issueLinkUpdate, issueLinkUpdateId, type TopUpInput, topUpInputOf } from '../workflows/contract.ts';
import { askTopUp } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';

// Any constant: it keeps order ids apart from other ids that are made from an account and a text.
const ORDER_NAMESPACE = '6f1c2f0e-7a52-4b5e-9d0b-1f6a3c5d8e21';

export interface OrderIntent {
  accountId: string;
  idempotencyKey: string;
  /** What to do for an order that came to nothing, in a sentence. */
  startAnew: string;
  /** Whether an order with this key was made for the same content. */
  isSame(known: Order): boolean | Promise<boolean>;
  /** Refuses what cannot be ordered now. Not asked again for an order that is there. */
  input(orderId: string): TopUpInput | Promise<TopUpInput>;
}

/**
 * The order of this key, with its link. The order's id follows from account and key, so a repeat (impatient,
 * after a crash, after a time-out) reaches the same workflow and goes on where it is.
 */
export async function placeOrder(deps: ApiDeps, intent: OrderIntent): Promise<Order> {
  const orderId = uuidv5(`${intent.accountId}:${intent.idempotencyKey}`, ORDER_NAMESPACE);
  const known = await findOrder(deps.db, orderId);
  if (known) await requireSame(intent, known);
  const input = known ? topUpInputOf(known) : await intent.input(orderId);
  if (!known || known.status === 'created') await issueLink(deps, input);
  const order = await findOrder(deps.db, orderId);
  if (!order) throw new Error(`Order ${orderId} is gone`);
  // A request with the same key and another content may have been first by a moment.
  await requireSame(intent, order);
  if (order.status === 'failed' && order.checkoutRef === null)
    throw new DomainError(
      'provider_unavailable',
      `The payment provider could not make a payment page. Nothing was charged. ${intent.startAnew}`,
    );
  return order;
}

async function requireSame(intent: OrderIntent, order: Order): Promise<void> {
  if (!(await intent.isSame(order)))
    throw new DomainError('idempotency_key_reused', 'This Idempotency-Key was used for another order', {
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
