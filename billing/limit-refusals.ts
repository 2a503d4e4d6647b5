import type { Refusal } from './admission.ts';
import { formatUsd } from './money.ts';

/** A limit in a span of time that a call met. */
export interface MetLimit {
  code: 'daily_cap_reached' | 'weekly_cap_reached' | 'plan_budget_exhausted' | 'key_limit_reached';
  /** The plan's name, or the key's window. */
  of: string;
  /** Nanos; calls where `calls` says so; `undefined` is not told: our cost is nobody else's business. */
  limit: bigint | undefined;
  calls?: boolean;
  nowMs: number;
  /** `undefined`: never. */
  resetsAtMs: number | undefined;
  /** The wallet was asked as well, and did not suffice. */
  walletAsked: boolean;
  /** Only calls that run stand in the way: what they do not use is there again when they end. */
  inFlight: boolean;
}

/** A call ends after some seconds: nobody knows when. */
export const IN_FLIGHT_RETRY_SECONDS = 5;

const subjects: Record<Exclude<MetLimit['code'], 'key_limit_reached'>, string> = {
  daily_cap_reached: 'daily cap',
  weekly_cap_reached: 'weekly cap',
  plan_budget_exhausted: 'usage budget',
};

/** Says what is closed, until when, and what helps sooner. */
export function limitReached(met: MetLimit): Refusal {
  const { code, resetsAtMs, nowMs, inFlight } = met;
  if (inFlight) return { code, message: inFlightMessage(met), retryAfterSeconds: IN_FLIGHT_RETRY_SECONDS };
  const until = resetsAtMs === undefined ? '' : ` It resets at ${new Date(resetsAtMs).toISOString()}.`;
  const message =
    code === 'key_limit_reached' ? keyMessage(met, until) : planMessage(met, subjects[code], until);
  if (resetsAtMs === undefined) return { code, message };
  return {
    code,
    message,
    resetsAtMs,
    retryAfterSeconds: Math.max(1, Math.ceil((resetsAtMs - nowMs) / 1000)),
  };
}

function inFlightMessage({ code, of }: MetLimit): string {
  const whose = code === 'key_limit_reached' ? 'limit of the API key' : `${subjects[code]} of the ${of} plan`;
  return `The ${whose} has no room for this call while others are running. Try again when they have ended.`;
}

function planMessage({ of, limit, calls, walletAsked }: MetLimit, subject: string, until: string): string {
  const amount = limit === undefined ? '' : calls ? ` of ${limit} calls` : ` of $${formatUsd(limit)}`;
  const sooner = walletAsked
    ? 'Top up your wallet to go on now.'
    : 'Switch Pay2Go on to go on from your wallet now.';
  return `The ${subject} of the ${of} plan${amount} has no room for this call.${until} ${sooner}`;
}

function keyMessage({ of, limit, resetsAtMs }: MetLimit, until: string): string {
  const span = resetsAtMs === undefined ? 'in all' : `a ${of}`;
  const amount = limit === undefined ? '' : ` $${formatUsd(limit)} ${span}`;
  return `The API key may spend${amount}, which has no room for this call.${until} Raise its limit in the console.`;
}
