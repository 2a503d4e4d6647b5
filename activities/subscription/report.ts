import { formatUsd } from '../../billing/money.ts';
import type { RefundReason } from '../../billing/refunds.ts';
import type { Step } from '../../billing/subscription-step.ts';
import type { DueReason, SubscriptionStatus } from '../../billing/subscriptions.ts';
import { hasUnsentNotices } from '../../db/notices.ts';
import { findPlan } from '../../db/plans.ts';
import type { Situation } from '../../db/subscription-facts.ts';
import type { Turn } from './turn.ts';

/** What the workflow knows of a subscription: each one is in its history, so it is small. */
export interface SubscriptionReport {
  subscriptionId: string | null;
  status: SubscriptionStatus | null;
  /** `collect`: a provider has to be asked. `wait`: money is missing. `rest`: nothing is left to do now. */
  todo: 'collect' | 'wait' | 'rest';
  /** How long to wait without news. */
  waitMs: number | null;
  reason: DueReason | RefundReason | null;
  /** The first day of the period that is next. */
  period: string | null;
  /** For people. */
  words: string;
  /** There are mails to be sent. */
  notices: boolean;
}

export const noPlan: SubscriptionReport = {
  subscriptionId: null,
  status: null,
  todo: 'rest',
  waitMs: null,
  reason: null,
  period: null,
  words: 'The account has no plan.',
  notices: false,
};

export async function reportOf(turn: Turn, situation: Situation, step: Step): Promise<SubscriptionReport> {
  const { subscription } = situation;
  const plan = await findPlan(turn.trx, subscription.planId);
  return {
    subscriptionId: subscription.id,
    status: subscription.status,
    ...whatThen(turn, situation, step),
    period: subscription.periodEnd.toISOString().slice(0, 10),
    words: `**${plan?.name ?? subscription.planId}** until ${day(subscription.periodEnd)}. ${wordsOf(situation, step)}`,
    notices: await hasUnsentNotices(turn.trx, turn.accountId),
  };
}

function whatThen(
  { at, now }: Turn,
  { undecided }: Situation,
  step: Step,
): Pick<SubscriptionReport, 'todo' | 'waitMs' | 'reason'> {
  switch (step.kind) {
    case 'rest':
      return { todo: 'rest', waitMs: null, reason: null };
    case 'await_payment':
      return {
        todo: 'wait',
        waitMs: Math.max(step.until.getTime() - at.getTime(), 1_000),
        reason: step.because,
      };
    case 'ask_about_charge':
      return {
        todo: 'collect',
        waitMs: undecided ? patience(now, undecided.requestedAt) : null,
        reason: undecided?.status === 'processing' ? 'charge_processing' : 'charge_unknown',
      };
    case 'ask_provider':
      return { todo: 'collect', waitMs: HOUR_MS, reason: 'awaiting_payment' };
    default:
      return { todo: 'collect', waitMs: null, reason: null };
  }
}

const HOUR_MS = 3_600_000;

/** Between two questions about the same charge or refund: half of its age, from five seconds to an hour. */
export function patience(now: Date, requestedAt: Date): number {
  const age = now.getTime() - requestedAt.getTime();
  return Math.round(Math.min(Math.max(age / 2, 5_000), HOUR_MS));
}

function wordsOf({ subscription, nextTerms, facts }: Situation, step: Step): string {
  const price = `$${formatUsd(facts.priceNanos)}`;
  switch (step.kind) {
    case 'rest':
      if (subscription.cancelledAt) return 'It is cancelled and ends then.';
      if (facts.next?.status === 'paid') return 'The next period is paid already.';
      if (subscription.kind === 'pass' && !subscription.nextPlanId) return 'A pass: it ends then.';
      return `Then it goes on as ${nextTerms.planId} for ${price}.`;
    case 'await_payment':
      return `**Not paid: ${step.because}.** Next look at ${step.until.toISOString()}. Support can send \`retryCharge\`, \`grantPeriod\` or \`skipPeriod\`.`;
    case 'ask_about_charge':
      return `**Nobody knows yet whether ${price} were charged.** The provider is asked until it says so; nothing is charged again before.`;
    case 'ask_provider':
      return 'The provider charges this subscription by itself; it is asked whether it has.';
    case 'charge':
      return `${price} are due.`;
    case 'renew':
    case 'remind':
    case 'end':
      return '';
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
