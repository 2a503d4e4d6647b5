import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { NANOS_PER_CENT } from '../../billing/money.ts';
import { orderNumberOf } from '../../billing/order-number.ts';
import type { Renewal } from '../../billing/subscriptions.ts';
import type { Db } from '../../db/connection.ts';
import { checkLedger } from '../../db/ledger-check.ts';
import { findOrder, type Order } from '../../db/orders.ts';
import { currentPlanVersion } from '../../db/plans.ts';
import { findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import {
  issueLinkUpdate,
  issueLinkUpdateId,
  type PurchaseInput,
  planOrderWorkflow,
  sandboxClockWorkflow,
  sandboxClockWorkflowId,
  taskQueue,
  topUpStart,
} from '../../workflows/contract.ts';
import type { TopUpStack } from './top-ups.ts';

type Parts = Pick<TopUpStack, 'database' | 'temporal' | 'simulator'>;

export interface Wanted {
  planId: string;
  kind?: PurchaseInput['kind'];
  renewal?: Renewal;
  subscriptionId?: string | null;
  periodIndex?: number | null;
}

/** Orders a plan as the api does. Returns the order with its link. */
export async function orderPlan(
  { database, temporal }: Parts,
  accountId: string,
  wanted: Wanted,
): Promise<Order> {
  const { planId, kind = 'plan', renewal = 'pull' } = wanted;
  const terms = await currentPlanVersion(database.db, planId, new Date());
  const priceNanos = (kind === 'pass' ? terms.passPriceNanos : terms.priceNanos) ?? 0n;
  const orderId = randomUUID();
  const input = {
    orderId,
    orderNumber: orderNumberOf(orderId),
    accountId,
    idempotencyKey: orderId,
    provider: 'stripe' as const,
    method: 'card',
    creditNanos: priceNanos.toString(),
    payCurrency: 'USD',
    payMinor: (priceNanos / NANOS_PER_CENT).toString(),
    purchase: {
      kind,
      planVersion: terms.version.toString(),
      buys: kind === 'pass' ? ('pass' as const) : ('renewing' as const),
      renewal,
      subscriptionId: wanted.subscriptionId ?? null,
      periodIndex: wanted.periodIndex ?? null,
    },
  };
  const startWorkflowOperation = new WithStartWorkflowOperation(planOrderWorkflow, topUpStart(input));
  await temporal.client.workflow.executeUpdateWithStart(issueLinkUpdate, {
    updateId: issueLinkUpdateId,
    startWorkflowOperation,
  });
  return found(await findOrder(database.db, orderId));
}

/** Orders, pays with that card (Stripe's test numbers; absent: one that works) and waits until it has become something. */
export async function buyPlan(
  parts: Parts,
  accountId: string,
  wanted: Wanted,
  card?: string,
): Promise<Order> {
  const order = await orderPlan(parts, accountId, wanted);
  await parts.simulator.control.pay(found(order.checkoutRef), card ? { card } : {});
  return untilOrder(parts.database.db, order.id, ({ status }) => status === 'credited');
}

export async function untilOrder(db: Db, id: string, is: (order: Order) => boolean): Promise<Order> {
  for (const deadline = Date.now() + 20_000; ; await sleep(30)) {
    const order = found(await findOrder(db, id));
    if (is(order)) return order;
    if (Date.now() > deadline) throw new Error(`The order is ${order.status}`);
  }
}

export async function livePlan(db: Db, accountId: string): Promise<Subscription> {
  return found(await findLiveSubscription(db, accountId));
}

export async function makeSandbox(db: Db, accountId: string): Promise<void> {
  await db.raw('update accounts set sandbox = true where id = ?', [accountId]);
}

/** Moves the account's time to that moment, doing what falls due on the way. */
export async function moveTo({ temporal }: Pick<Parts, 'temporal'>, accountId: string, to: Date) {
  return temporal.client.workflow.execute(sandboxClockWorkflow, {
    taskQueue,
    workflowId: sandboxClockWorkflowId(accountId),
    args: [{ accountId, to: to.toISOString(), requestedBy: 'test' }],
  });
}

export async function poolsOf(db: Db, accountId: string): Promise<Record<string, bigint>> {
  const { rows } = await db.raw<{ rows: { pool: string; nanos: bigint }[] }>(
    `select pool, sum(posted_nanos)::bigint as nanos from ledger_accounts
      where account_id = ? and closed_at is null group by pool`,
    [accountId],
  );
  return Object.fromEntries(rows.map(({ pool, nanos }) => [pool, nanos]));
}

/** What `npm run ledger:check` would find: nothing. */
export async function drift(db: Db): Promise<unknown[]> {
  return (await checkLedger(db)).filter(({ rows }) => rows.length > 0);
}

export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('It is not there');
  return value;
}
