import { DomainError } from '../billing/errors.ts';
import { formatUsd } from '../billing/money.ts';
import type { Transaction } from '../db/connection.ts';
import { addOrderEvent } from '../db/order-events.ts';
import { lockAccount, readOpenOrders } from '../db/order-limits.ts';
import { insertOrder, orderInputHash } from '../db/order-writes.ts';
import { findOrder, type Order } from '../db/orders.ts';
import type { TopUpInput } from '../workflows/contract.ts';
import type { ActivityDeps, OrderRules } from './deps.ts';

/**
 * Makes the order's row, or finds it: a workflow that is started again for an order goes on where the row stands.
 * The limits are read under the account's lock, so that parallel requests cannot share the last free place.
 */
export async function openOrder({ db, orders }: ActivityDeps, input: TopUpInput): Promise<Order> {
  return db.transaction(async (trx) => {
    const existing = await findOrder(trx, input.orderId);
    if (existing) return sameContent(existing, input);
    await refuseSuspended(trx, input.accountId);
    await refuseBeyondLimits(trx, input, orders);
    return makeOrder(trx, input, orders);
  });
}

function sameContent(order: Order, input: TopUpInput): Order {
  if (!order.inputHash.equals(orderInputHash(input)))
    throw new DomainError('idempotency_key_reused', 'This Idempotency-Key was used for another top-up');
  return order;
}

async function refuseSuspended(trx: Transaction, accountId: string): Promise<void> {
  const account = await lockAccount(trx, accountId);
  if (!account) throw new DomainError('not_found', 'There is no such account');
  if (account.status === 'suspended')
    throw new DomainError('account_suspended', 'This account is suspended. Write to support.');
}

async function refuseBeyondLimits(trx: Transaction, input: TopUpInput, rules: OrderRules): Promise<void> {
  const { pending, dayNanos } = await readOpenOrders(trx, input.accountId);
  if (pending >= rules.pendingMax)
    throw new DomainError(
      'too_many_pending_orders',
      `You have ${pending} top-ups waiting for payment. Pay or cancel one of them first.`,
    );
  if (dayNanos + BigInt(input.creditNanos) > rules.dayMaxNanos)
    throw new DomainError(
      'daily_top_up_limit_reached',
      `Top-ups are limited to $${formatUsd(rules.dayMaxNanos)} in 24 hours; $${formatUsd(dayNanos)} are used.`,
    );
}

async function makeOrder(trx: Transaction, input: TopUpInput, rules: OrderRules): Promise<Order> {
  await insertOrder(trx, {
    ...input,
    id: input.orderId,
    number: input.orderNumber,
    inputHash: orderInputHash(input),
    expiresSeconds: rules.expiresSeconds,
  });
  const order = await findOrder(trx, input.orderId);
  // Order numbers are 50 bits of the id: once in a very long while two ids share one.
  if (!order) throw new DomainError('invalid_request', 'Send the top-up again with a new Idempotency-Key');
  await addOrderEvent(trx, {
    orderId: order.id,
    accountId: order.accountId,
    kind: 'created',
    source: 'customer',
    detail: `$${formatUsd(order.creditNanos)} by ${order.method}`,
  });
  return order;
}
