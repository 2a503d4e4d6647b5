/** A limit in a span of time. What counts in it is the database's business; the caller says when it began. */
export interface WindowLimit {
  startsAt: Date;
  limit: bigint;
}

/** What besides money limits a call. Absent on a hold: nothing does. */
export interface HoldLimits {
  /** The subscription, or the account that has none: caps and budget are its own. */
  subjectId: string;
  /** The most that the call can cost us. */
  costNanos: bigint;
  /** Whether main and backup may pay. */
  planPays: boolean;
  walletPays: boolean;
  /** It runs only if the customer's own money could pay for it. */
  laneOnly: boolean;
  dailyCap: WindowLimit | undefined;
  weeklyCap: WindowLimit | undefined;
  budget: WindowLimit | undefined;
  /** Of calls, not of money. */
  dailyRequests: WindowLimit | undefined;
  keyLimit: WindowLimit | undefined;
}

/** One element of a `metered_limits[]` literal. */
export function limitsRecord(limits: HoldLimits): string {
  const { subjectId, costNanos, planPays, walletPays, laneOnly } = limits;
  const windows = [
    limits.dailyCap,
    limits.weeklyCap,
    limits.budget,
    limits.dailyRequests,
    limits.keyLimit,
  ].map((window) => (window ? `${window.startsAt.toISOString()},${window.limit}` : ','));
  return `"(${subjectId},${costNanos},${planPays},${walletPays},${laneOnly},${windows.join(',')})"`;
}
