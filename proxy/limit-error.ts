import type { Refusal } from '../billing/admission.ts';
import { calendarSpan } from '../billing/calendar.ts';
import { capDay } from '../billing/cap-day.ts';
import { limitReached, type MetLimit } from '../billing/limit-refusals.ts';
import type { Permit } from '../billing/plan-admission.ts';
import { planWeek } from '../billing/plans.ts';
import type { KeySnapshot } from '../db/keys.ts';
import type { Call } from './call.ts';

/** The sentence for a limit that the database found in the way, with the time at which it resets. */
export function limitRefusal(
  { key, model, exchange }: Call,
  permit: Permit,
  code: MetLimit['code'],
  inFlight: boolean,
): Refusal {
  const nowMs = exchange.startedAt.getTime() + key.clockOffsetMs;
  return limitReached({
    code,
    nowMs,
    walletAsked: permit.walletPays,
    inFlight,
    ...facts(key, model.free, code, nowMs),
  });
}

type Facts = Pick<MetLimit, 'of' | 'limit' | 'calls' | 'resetsAtMs'>;

function facts(key: KeySnapshot, modelIsFree: boolean, code: MetLimit['code'], nowMs: number): Facts {
  const { plan, subscription, timeZone, keptDay, spendLimit } = key;
  if (code === 'key_limit_reached') {
    const window = spendLimit?.window ?? 'total';
    const resetsAtMs = window === 'total' ? undefined : calendarSpan(window, timeZone, nowMs).endMs;
    return { of: window, limit: spendLimit?.nanos, resetsAtMs };
  }
  const of = plan.name;
  if (code === 'plan_budget_exhausted')
    return { of, limit: undefined, resetsAtMs: subscription?.periodEndMs };
  if (code === 'weekly_cap_reached')
    return {
      of,
      limit: plan.weeklyCapNanos,
      resetsAtMs: planWeek(subscription?.periodStartMs ?? 0, nowMs).endMs,
    };
  const resetsAtMs = capDay(timeZone, keptDay, nowMs).endMs;
  const calls = modelIsFree || plan.dailyCapNanos === undefined;
  return { of, limit: calls ? plan.dailyCapRequests : plan.dailyCapNanos, calls, resetsAtMs };
}
