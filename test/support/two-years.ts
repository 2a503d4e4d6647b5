import { DateTime } from 'luxon';
import { findPlanVersion } from '../../db/plans.ts';
import { DAY_MS, moveBy, periodsOf, sandboxAccount, spend } from './sandbox.ts';
import { buyPlan, livePlan, poolsOf } from './subscriptions.ts';
import type { TopUpStack } from './top-ups.ts';

export interface Anchor {
  planId: string;
  timeZone: string;
  day: number;
}

export const paidPlans = ['starter', 'premium', 'pro', 'master', 'ultra'];
/** Half an hour of each is skipped, and one comes twice, in the nights of their changes of clocks. */
export const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
export const days = [28, 29, 30, 31];
const PERIODS = 24;

/** Two years of a plan, bought at half past two in the night of that day in January, with some of it spent. */
export async function twoYears(stack: TopUpStack, { planId, timeZone, day }: Anchor): Promise<string> {
  const { db } = stack.database;
  const year = new Date().getUTCFullYear() + 1;
  const start = DateTime.fromObject({ year, month: 1, day, hour: 2, minute: 15 }, { zone: timeZone });
  const accountId = await sandboxAccount(stack, { now: start.toJSDate(), timeZone });
  await buyPlan(stack, accountId, { planId });
  for (const visit of [20, 130, 100, 200]) {
    await moveBy(stack, accountId, visit);
    const { main = 0n } = await poolsOf(db, accountId);
    await spend(db, accountId, 'main', main / BigInt(3 + (visit % 7)));
    await spend(db, accountId, 'backup', BigInt(visit) * 1_234_567n);
  }
  // Two years have 730 days, 731 with a 29 February.
  await moveBy(stack, accountId, 731 - 20 - 130 - 100 - 200 + 0.5);
  return accountId;
}

/** What does not hold of the account after two years; nothing. */
export async function wrongs(
  stack: TopUpStack,
  accountId: string,
  { timeZone, day }: Anchor,
): Promise<string[]> {
  const { db } = stack.database;
  const periods = await periodsOf(db, accountId);
  const found: string[] = [];
  const check = (holds: boolean, what: string) => void (holds || found.push(what));
  check(periods.length === PERIODS + 1, `${periods.length} periods`);
  const first = wall(periods[0]?.startsAt, timeZone);
  for (const { periodIndex, startsAt, endsAt, status, ...period } of periods) {
    const at = wall(startsAt, timeZone);
    const month = DateTime.fromObject({ year: first.year, month: 1 }, { zone: 'UTC' }).plus({
      months: periodIndex,
    });
    const expected = month.set({ day: Math.min(day, month.daysInMonth ?? 0) }).toISODate();
    check(at.toISODate() === expected, `period ${periodIndex} begins on ${at.toISODate()}, not ${expected}`);
    // A wall time that a change of clocks skips comes later by as much.
    const late = minutes(at) - minutes(first);
    check(late === 0 || late === 30 || late === 60, `period ${periodIndex} begins ${late} minutes late`);
    check(late === 0 || skips(at, timeZone), `period ${periodIndex} begins late without a change of clocks`);
    const next = periods[periodIndex + 1];
    check(!next || +next.startsAt === +endsAt, `a gap after period ${periodIndex}`);
    check(status === 'granted', `period ${periodIndex} is ${status}`);
    const terms = await findPlanVersion(db, period.planVersion);
    check(period.baseNanos === terms.baseNanos, `base of ${periodIndex}`);
    check(
      period.bonusNanos * 100n === terms.baseNanos * BigInt(terms.bonusPercent),
      `bonus of ${periodIndex}`,
    );
  }
  const { periodIndex } = await livePlan(db, accountId);
  check(periodIndex === PERIODS, `it is in period ${periodIndex}`);
  found.push(...(await unconserved(stack, accountId)));
  return found;
}

/** Each credit that was granted is spent, expired, or there. */
async function unconserved({ database: { db } }: TopUpStack, accountId: string): Promise<string[]> {
  const { rows } = await db.raw(
    `select coalesce(sum(amount_nanos) filter (where kind = 'grant'), 0)::bigint as granted,
            coalesce(sum(amount_nanos) filter (where kind = 'adjustment'), 0)::bigint as spent,
            coalesce(sum(amount_nanos) filter (where kind = 'expiry'), 0)::bigint as expired
       from ledger_transfers where account_id = ?`,
    [accountId],
  );
  const [{ granted, spent, expired }] = rows;
  const { main = 0n, backup = 0n } = await poolsOf(db, accountId);
  return granted === spent + expired + main + backup
    ? []
    : [`${granted} granted, ${spent} spent, ${expired} expired`];
}

function wall(instant: Date | undefined, zone: string): DateTime {
  return DateTime.fromMillis(instant?.getTime() ?? 0, { zone });
}

function minutes({ hour, minute }: DateTime): number {
  return hour * 60 + minute;
}

function skips(at: DateTime, zone: string): boolean {
  return wall(new Date(at.toMillis() - DAY_MS), zone).offset !== at.offset;
}
