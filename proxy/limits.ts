import { calendarSpan } from '../billing/calendar.ts';
import { mostItCanCost } from '../billing/call-bound.ts';
import { capDay } from '../billing/cap-day.ts';
import type { Permit } from '../billing/plan-admission.ts';
import { type PlanTerms, planWeek } from '../billing/plans.ts';
import type { KeySnapshot } from '../db/keys.ts';
import type { HoldLimits, WindowLimit } from '../db/limited-holds.ts';
import type { Call } from './call.ts';

const PPM = 1_000_000n;

/** What the database must watch besides money. `undefined`: nothing, as for a call that a wallet alone pays. */
export function limitsOf(call: Call, permit: Permit, amountNanos: bigint): HoldLimits | undefined {
  const { key, exchange } = call;
  const nowMs = exchange.startedAt.getTime() + key.clockOffsetMs;
  const caps = permit.planPays ? planWindows(key, call.model.free, amountNanos, nowMs) : noWindows;
  const keyLimit = amountNanos > 0n ? keyWindow(key, nowMs) : undefined;
  const anyPoolMayPay = permit.walletPays && (permit.planPays || amountNanos === 0n) && !permit.laneOnly;
  const windows = [caps.dailyCap, caps.weeklyCap, caps.budget, caps.dailyRequests, keyLimit];
  if ((anyPoolMayPay || isFreeToRun(permit, amountNanos)) && windows.every((one) => one === undefined))
    return undefined;
  return {
    ...caps,
    keyLimit,
    subjectId: key.subscription?.id ?? key.accountId,
    costNanos: costBound(call),
    planPays: permit.planPays,
    walletPays: permit.walletPays,
    laneOnly: permit.laneOnly,
  };
}

function isFreeToRun({ laneOnly }: Permit, amountNanos: bigint): boolean {
  return amountNanos === 0n && !laneOnly;
}

type PlanWindows = Pick<HoldLimits, 'dailyCap' | 'weeklyCap' | 'budget' | 'dailyRequests'>;

const noWindows: PlanWindows = {
  dailyCap: undefined,
  weeklyCap: undefined,
  budget: undefined,
  dailyRequests: undefined,
};

function planWindows(
  { plan, subscription, timeZone, keptDay }: KeySnapshot,
  modelIsFree: boolean,
  amountNanos: bigint,
  nowMs: number,
): PlanWindows {
  const today = () => capDay(timeZone, keptDay, nowMs).startMs;
  const paid = amountNanos > 0n && subscription !== undefined;
  return {
    dailyCap: paid ? windowOf(plan.dailyCapNanos, today) : undefined,
    weeklyCap: paid
      ? windowOf(plan.weeklyCapNanos, () => planWeek(subscription.periodStartMs, nowMs).startMs)
      : undefined,
    budget: paid ? windowOf(plan.budgetNanos, () => subscription.periodStartMs) : undefined,
    dailyRequests: countsRequests(plan, modelIsFree) ? windowOf(plan.dailyCapRequests, today) : undefined,
  };
}

/** A plan with free models only caps calls of these; whatever else its account calls, the wallet pays. */
function countsRequests({ modelAccess }: PlanTerms, modelIsFree: boolean): boolean {
  return modelAccess === 'all' || modelIsFree;
}

function keyWindow({ spendLimit, timeZone }: KeySnapshot, nowMs: number): WindowLimit | undefined {
  if (!spendLimit) return undefined;
  const { nanos, window } = spendLimit;
  return windowOf(nanos, () => (window === 'total' ? 0 : calendarSpan(window, timeZone, nowMs).startMs));
}

function windowOf(limit: bigint | undefined, startMs: () => number): WindowLimit | undefined {
  return limit === undefined ? undefined : { limit, startsAt: new Date(startMs()) };
}

/** The bound at the cost price. */
function costBound({ model, bound }: Call): bigint {
  return mostItCanCost({ ...model.price, multiplierPpm: model.price.costPpm }, bound, PPM);
}
