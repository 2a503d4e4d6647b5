import type { NextRenewal, OfferedPlan, PlanCap, PlanTerms } from '../api/schemas/subscriptions.ts';
import { formatCredits, formatUsed } from './credits.ts';
import { formatBalance, groupDigits } from './money.ts';

/** What an account can buy of a plan: one that renews, or thirty days. */
export type Buys = 'plan' | 'pass';

export const actionWords: Record<OfferedPlan['action'], string> = {
  current: 'Your plan',
  buy: 'Buy',
  upgrade: 'Upgrade',
  downgrade: 'Downgrade',
  resume: 'Resume',
  none: '',
};

export const passWords: Record<OfferedPlan['pass_action'], string> = {
  buy: '30-day pass',
  append: 'Add 30 days',
  switch: 'Switch to pass',
  none: '',
};

/** Free is named in every list; it has no price to tell. */
export const isFree = (plan: Pick<PlanTerms, 'id'>) => plan.id === 'free';

export interface PlanFact {
  label: string;
  note?: string;
  of: (plan: PlanTerms) => { value: string; note?: string };
}

const orNone = (value: string | null, words: (value: string) => string, none: string) => ({
  value: value === null ? none : words(value),
});

const none = { value: '–' };

/** The lines of the comparison, in the order in which they are read. */
export const planFacts: readonly PlanFact[] = [
  {
    label: 'Monthly credits',
    of: (plan) =>
      isFree(plan)
        ? none
        : {
            value: formatCredits(plan.monthly_credits),
            note: `${formatCredits(plan.base_credits)} + ${plan.bonus_percent}% bonus`,
          },
  },
  {
    label: 'Backup credits',
    note: 'when the monthly ones are used up',
    of: (plan) =>
      isFree(plan)
        ? none
        : {
            value: formatCredits(plan.backup_credits),
            note: plan.backup_refill === 'once' ? 'once' : 'filled up monthly',
          },
  },
  {
    label: 'Daily cap',
    note: 'your day begins at midnight',
    of: (plan) =>
      plan.daily_cap_requests === null
        ? orNone(plan.daily_cap_credits, (cap) => `${formatCredits(cap)} credits`, 'None')
        : { value: `${groupDigits(String(plan.daily_cap_requests))} requests` },
  },
  {
    label: 'Weekly cap',
    of: (plan) =>
      orNone(plan.weekly_cap_credits, (cap) => `${formatCredits(cap)} credits`, isFree(plan) ? '–' : 'None'),
  },
  {
    label: 'Usage budget',
    note: 'what calls may cost a period',
    of: (plan) => orNone(plan.budget_usd, formatBalance, isFree(plan) ? '–' : 'None'),
  },
  {
    label: 'Rate limit',
    of: (plan) => ({
      value: plan.requests_per_minute === null ? 'None' : `${plan.requests_per_minute} a minute`,
      ...(plan.tokens_per_minute && { note: `${groupDigits(plan.tokens_per_minute)} tokens` }),
    }),
  },
  {
    label: 'Models',
    of: (plan) => ({ value: plan.model_access === 'all' ? 'All models' : 'Free models' }),
  },
  {
    label: '30-day pass',
    note: 'one payment, no renewal',
    of: (plan) => orNone(plan.pass_price_usd, formatBalance, '–'),
  },
];

export const capWords: Record<PlanCap['cap'], string> = {
  daily: 'Daily cap',
  daily_requests: 'Requests today',
  weekly: 'Weekly cap',
  budget: 'Usage budget',
};

/** "12.5 of 100 credits". */
export function capFigures({ unit, used, limit }: Pick<PlanCap, 'unit' | 'used' | 'limit'>): string {
  switch (unit) {
    case 'credits':
      return `${formatUsed(used)} of ${formatCredits(limit)} credits`;
    case 'requests':
      return `${groupDigits(used)} of ${groupDigits(limit)}`;
    case 'usd':
      return `${formatBalance(used)} of ${formatBalance(limit)}`;
  }
}

export function cardName({ brand, last4 }: { brand: string; last4: string }): string {
  return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ending in ${last4}`;
}

/** How the next period is paid. */
export function paymentWords({ payment, paid_ahead }: Pick<NextRenewal, 'payment' | 'paid_ahead'>): string {
  switch (payment.by) {
    case 'card':
      return payment.card ? `Charged to your ${cardName(payment.card)}` : 'Charged to your saved card';
    case 'provider':
      return 'Charged by the payment provider by itself';
    case 'hand':
      return 'By you: we remind you before the period ends';
    case 'nothing':
      return paid_ahead ? 'Paid already' : 'Nothing to pay';
  }
}
