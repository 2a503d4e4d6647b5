/** What a plan allows. Terms are data, pinned to a version when they are bought. */
export interface PlanTerms {
  name: string;
  modelAccess: 'free' | 'all';
  /** `undefined`, here and below: no limit. */
  requestsPerMinute: number | undefined;
  tokensPerMinute: number | undefined;
  dailyCapNanos: bigint | undefined;
  dailyCapRequests: bigint | undefined;
  weeklyCapNanos: bigint | undefined;
  /** What the calls that the plan pays may cost us in a period. */
  budgetNanos: bigint | undefined;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Weekly caps begin with the period and again every seven days of 24 hours, whatever clocks do meanwhile. */
export function planWeek(periodStartMs: number, nowMs: number): { startMs: number; endMs: number } {
  const weeks = Math.max(0, Math.floor((nowMs - periodStartMs) / WEEK_MS));
  const startMs = periodStartMs + weeks * WEEK_MS;
  return { startMs, endMs: startMs + WEEK_MS };
}

/** A percentage of base, rounded down to the nano. */
export function bonusOf({ baseNanos, bonusPercent }: { baseNanos: bigint; bonusPercent: number }): bigint {
  return (baseNanos * BigInt(bonusPercent)) / 100n;
}
