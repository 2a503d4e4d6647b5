import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../db/connection.ts';

interface TestTerms {
  modelAccess?: 'free' | 'all';
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  dailyCapNanos?: bigint;
  dailyCapRequests?: bigint;
  weeklyCapNanos?: bigint;
  budgetNanos?: bigint;
}

/** A plan with these terms and no others. Returns the version. */
export async function addPlan(db: Db, terms: TestTerms): Promise<string> {
  const id = `plan-${uuidv7()}`;
  await db.raw("insert into plans (id, name, position) values (?, 'Test', 99)", [id]);
  const text = (value: bigint | undefined) => (value === undefined ? null : String(value));
  const { rows } = await db.raw(
    `insert into plan_versions (plan_id, price_nanos, model_access, requests_per_minute, tokens_per_minute,
       daily_cap_nanos, daily_cap_requests, weekly_cap_nanos, budget_nanos)
     values (?, 0, ?, ?, ?, ?, ?, ?, ?) returning version`,
    [
      id,
      terms.modelAccess ?? 'all',
      terms.requestsPerMinute ?? null,
      terms.tokensPerMinute ?? null,
      text(terms.dailyCapNanos),
      text(terms.dailyCapRequests),
      text(terms.weeklyCapNanos),
      text(terms.budgetNanos),
    ],
  );
  return String(rows[0].version);
}

export interface TestPeriod {
  startsAt: Date;
  endsAt?: Date | null;
}

/** Subscribes the account; its pools are the test's business. Returns the subscription's id. */
export async function subscribe(
  db: Db,
  accountId: string,
  version: string,
  period: TestPeriod = { startsAt: new Date(Date.now() - 3_600_000) },
): Promise<string> {
  const id = uuidv7();
  const periodEnd = new Date(period.startsAt.getTime() + 30 * 24 * 3_600_000);
  await db.raw(
    `insert into subscriptions (id, account_id, plan_version, status, anchor_at, period_start, period_end, ends_at)
     values (?, ?, ?, 'active', ?, ?, ?, ?)`,
    [id, accountId, version, period.startsAt, period.startsAt, periodEnd, period.endsAt ?? null],
  );
  return id;
}

export async function setPay2go(db: Db, accountId: string, enabled: boolean): Promise<void> {
  await db.raw('update accounts set pay2go_enabled = ? where id = ?', [enabled, accountId]);
}
