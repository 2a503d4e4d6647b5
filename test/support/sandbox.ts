import { WithStartWorkflowOperation } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { type Charge, listCharges } from '../../db/charges.ts';
import type { Db } from '../../db/connection.ts';
import { postTransfer, systemAccounts } from '../../db/ledger.ts';
import { latestPaymentMethod, type PaymentMethod } from '../../db/payment-methods.ts';
import type { Period } from '../../db/subscription-periods.ts';
import { listPeriods } from '../../db/subscription-periods.ts';
import { type SubscriptionState, subscriptionStart, subscriptionWorkflow } from '../../workflows/contract.ts';
import { fundedAccount } from './customers.ts';
import { found, livePlan, makeSandbox, moveTo } from './subscriptions.ts';
import type { TopUpStack } from './top-ups.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const usd = (dollars: number) => BigInt(Math.round(dollars * 100)) * 10_000_000n;

type Database = Pick<TopUpStack, 'database'>;

/** An account without a session whose clock can be moved. `now`: what it shows already. */
export async function sandboxAccount(
  { database: { db } }: Database,
  given: { now?: Date; timeZone?: string } = {},
): Promise<string> {
  const { accountId } = await fundedAccount(db, []);
  await makeSandbox(db, accountId);
  const offsetMs = given.now ? given.now.getTime() - Date.now() : 0;
  await db.raw('update accounts set clock_offset_ms = ?, time_zone = ? where id = ?', [
    offsetMs,
    given.timeZone ?? 'UTC',
    accountId,
  ]);
  return accountId;
}

/** Moves to so many days after the current period's end (before it: negative). */
export async function moveToEnd(stack: TopUpStack, accountId: string, days = 0): Promise<void> {
  const { periodEnd } = await livePlan(stack.database.db, accountId);
  await moveTo(stack, accountId, new Date(periodEnd.getTime() + days * DAY_MS));
}

export async function moveBy(stack: TopUpStack, accountId: string, days: number): Promise<void> {
  const { rows } = await stack.database.db.raw('select clock_offset_ms as ms from accounts where id = ?', [
    accountId,
  ]);
  await moveTo(stack, accountId, new Date(Date.now() + Number(rows[0].ms) + days * DAY_MS));
}

/** Sends an update to the account's workflow, starting it where it rests. */
export function ask<Args extends unknown[]>(
  { temporal }: Pick<TopUpStack, 'temporal'>,
  accountId: string,
  update: UpdateDefinition<SubscriptionState, Args>,
  ...args: Args
): Promise<SubscriptionState> {
  const { args: input, ...options } = subscriptionStart(accountId);
  return untilTaken(() => {
    const start = { ...options, args: input };
    const startWorkflowOperation = new WithStartWorkflowOperation(subscriptionWorkflow, start);
    const request = { args, startWorkflowOperation } as never;
    return temporal.client.workflow.executeUpdateWithStart(update, request) as Promise<SubscriptionState>;
  });
}

// Of gRPC: NOT_FOUND of a run that ended at this moment, FAILED_PRECONDITION of one whose end was refused by a message.
const notTaken = [5, 9];

/** As api/ask-workflow.ts: what met a run that was ending is sent again, and starts the next. */
export async function untilTaken<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries === 10 || !notTaken.includes((error as { code: number }).code)) throw error;
    }
  }
}

export async function cardOf(db: Db, accountId: string): Promise<PaymentMethod> {
  return found(await latestPaymentMethod(db, accountId));
}

/** The attempts to charge for the period after the current one. */
export async function attempts(db: Db, accountId: string): Promise<Charge[]> {
  const { id, periodIndex } = await livePlan(db, accountId);
  return listCharges(db, id, periodIndex + 1);
}

/** Oldest first. */
export async function periodsOf(db: Db, accountId: string): Promise<Period[]> {
  return (await listPeriods(db, accountId, 200)).reverse();
}

/** As calls would: from the pool, to usage. */
export async function spend(
  db: Db,
  accountId: string,
  pool: 'main' | 'backup',
  nanos: bigint,
): Promise<void> {
  const { rows } = await db.raw(
    'select id from ledger_accounts where account_id = ? and pool = ? and closed_at is null',
    [accountId, pool],
  );
  const key = `test-spend:${crypto.randomUUID()}`;
  await db.transaction((trx) =>
    postTransfer(trx, {
      key,
      kind: 'adjustment',
      reference: key,
      accountId,
      debitId: rows[0].id,
      creditId: systemAccounts.usageRevenue,
      amountNanos: nanos,
    }),
  );
}

export async function walletNanos(db: Db, accountId: string): Promise<bigint> {
  const { rows } = await db.raw(
    `select coalesce(sum(posted_nanos), 0)::bigint as nanos from ledger_accounts
      where account_id = ? and pool = 'wallet'`,
    [accountId],
  );
  return rows[0].nanos;
}

/** What the account was told, oldest first. */
export async function noticesOf(db: Db, accountId: string): Promise<string[]> {
  const { rows } = await db.raw('select subject from notices where account_id = ? order by created_at, key', [
    accountId,
  ]);
  return rows.map(({ subject }: { subject: string }) => subject);
}

/** The subjects that were mailed to the account. */
export async function mailsTo(
  { database, mails }: Pick<TopUpStack, 'database' | 'mails'>,
  accountId: string,
) {
  const { rows } = await database.db.raw('select email from auth_users where id = ?', [accountId]);
  return mails.filter(({ to }) => to === rows[0].email).map(({ subject }) => subject);
}

/** How the last plan of an account came to its end. */
export async function lastPlan(db: Db, accountId: string) {
  const { rows } = await db.raw(
    `select status, ended_because as "endedBecause", period_index as "periodIndex", id from subscriptions
      where account_id = ? order by created_at desc limit 1`,
    [accountId],
  );
  return rows[0];
}

/** What the simulated Stripe has taken, and what the ledger says came from Stripe: the same. */
export async function moneyIn(
  { database, simulator }: Pick<TopUpStack, 'database' | 'simulator'>,
  key: string,
) {
  let takenMinor = 0n;
  for (let after = ''; ; ) {
    const response = await fetch(`${simulator.url}/v1/charges?limit=100${after}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const page = (await response.json()) as {
      data: { id: string; amount: number; status: string }[];
      has_more: boolean;
    };
    for (const { amount, status } of page.data) if (status === 'succeeded') takenMinor += BigInt(amount);
    if (!page.has_more) break;
    after = `&starting_after=${page.data.at(-1)?.id}`;
  }
  const { rows } = await database.db.raw(
    'select coalesce(sum(amount_nanos), 0)::bigint as nanos from ledger_transfers where debit_id = 20',
  );
  return { takenNanos: takenMinor * 10_000_000n, bookedNanos: rows[0].nanos as bigint };
}

/** A plan that is sold for that many dollars, in the proportions of all of them. */
export async function addPlanTerms(db: Db, id: string, dollars: number): Promise<void> {
  await db.raw('insert into plans (id, name, position) values (?, ?, 50)', [id, id]);
  await setPlanPrice(db, id, dollars);
}

/** Other terms for whoever buys or renews the plan from now on. */
export async function setPlanPrice(db: Db, id: string, dollars: number): Promise<void> {
  const nanos = usd(dollars).toString();
  await db.raw(
    `insert into plan_versions (plan_id, price_nanos, pass_price_nanos, base_nanos, bonus_percent, backup_nanos, model_access)
     values (?, ?, ?, ?, 20, ?, 'all')`,
    [id, nanos, nanos, nanos, (3n * usd(dollars)).toString()],
  );
}
