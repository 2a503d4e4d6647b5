/** How a period is paid: we charge the saved card, the provider charges by itself, or the customer pays an order. */
export type Renewal = 'pull' | 'provider_run' | 'invoice';
export type SubscriptionKind = 'renewing' | 'pass';
export type SubscriptionStatus = 'active' | 'past_due' | 'ended';
export type PeriodStatus = 'due' | 'paid' | 'granted' | 'skipped' | 'unpaid';
export type ChargeStatus = 'unknown' | 'processing' | 'succeeded' | 'declined' | 'needs_authentication';
export type EndReason = 'cancelled' | 'pass_over' | 'unpaid' | 'switched' | 'ended_by_provider' | 'refunded';
/** What a paid order buys. */
export type PurchaseKind = 'plan' | 'pass' | 'switch' | 'renewal';

/** Why a period is not paid yet. */
export type DueReason =
  | 'awaiting_payment'
  | 'declined'
  | 'needs_authentication'
  | 'charge_unknown'
  | 'charge_processing';

/** How a deployment collects (config/config.ts has the defaults and units). */
export interface DunningRules {
  /** Days after the first failed charge on which it is tried again. */
  retryDays: readonly number[];
  /** Days for which an unpaid plan's benefits go on. */
  graceDays: number;
  /** Days before the period's end on which a customer who pays by hand is reminded. */
  reminderDays: number;
}

/** From the settings of the same names. */
export function dunningRules(settings: {
  DUNNING_RETRY_DAYS: readonly number[];
  DUNNING_GRACE_DAYS: number;
  RENEWAL_REMINDER_DAYS: number;
}): DunningRules {
  return {
    retryDays: settings.DUNNING_RETRY_DAYS,
    graceDays: settings.DUNNING_GRACE_DAYS,
    reminderDays: settings.RENEWAL_REMINDER_DAYS,
  };
}

export const DAY_MS = 24 * 3600 * 1000;

/** From then on an unpaid subscription gives nothing, whether or not anybody has looked at it. */
export function benefitsEnd(periodEnd: Date, { graceDays }: DunningRules): Date {
  return new Date(periodEnd.getTime() + graceDays * DAY_MS);
}

export function laterOf(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}
