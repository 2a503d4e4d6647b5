import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { moveClock, readClock } from '../../db/account-clock.ts';
import type { Db } from '../../db/connection.ts';
import { billingRunWorkflow, taskQueue } from '../../workflows/contract.ts';
import { DAY_MS, sandboxAccount } from './sandbox.ts';
import { buyPlan } from './subscriptions.ts';
import type { TopUpStack } from './top-ups.ts';

type Parts = Pick<TopUpStack, 'database' | 'temporal' | 'simulator'>;

/** Accounts with a plan that renews from a card. */
export async function subscribers(parts: Parts, count: number): Promise<string[]> {
  const accounts = await Promise.all(Array.from({ length: count }, () => sandboxAccount(parts)));
  await Promise.all(accounts.map((accountId) => buyPlan(parts, accountId, { planId: 'starter' })));
  return accounts;
}

/** That many days go by, and nobody does anything in them. */
export async function pass(db: Db, accounts: string[], days: number): Promise<void> {
  for (const accountId of accounts)
    await db.transaction(async (trx) => {
      const { offsetMs } = await readClock(trx, accountId);
      await moveClock(trx, accountId, offsetMs + days * DAY_MS);
    });
}

/** Runs of their own, all at once, as if schedule, operator and script had started them. */
export function startRuns(client: Client, count: number) {
  return Promise.all(
    Array.from({ length: count }, () =>
      client.workflow.start(billingRunWorkflow, {
        taskQueue,
        workflowId: `billing-run:${randomUUID()}`,
        args: [{}],
      }),
    ),
  );
}

export interface Renewed {
  accountId: string;
  periodIndex: number;
  charges: number;
  granted: number;
}

/** How far each plan is, how often it was charged, and for how many periods it has credits. */
export async function renewals(db: Db, accounts: string[]): Promise<Renewed[]> {
  const { rows } = await db.raw(
    `select s.account_id as "accountId", s.period_index as "periodIndex",
            (select count(*) from charges c where c.account_id = s.account_id)::integer as charges,
            (select count(*) from ledger_transfers t where t.account_id = s.account_id
               and t.idempotency_key like 'grant:%:base')::integer as granted
       from subscriptions s where s.account_id = any (?) and s.status <> 'ended'`,
    [accounts],
  );
  return rows;
}

export function allAre(index: number, list: Renewed[], count: number): boolean {
  return list.length === count && list.every(({ periodIndex }) => periodIndex === index);
}
