import { formatUsd } from '../billing/money.ts';
import { nextStep } from '../billing/subscription-step.ts';
import { benefitsEnd, type DueReason, type DunningRules } from '../billing/subscriptions.ts';
import type { Situation } from '../db/subscription-facts.ts';
import type { PaymentDue } from './schemas/subscriptions.ts';

/** What the customer owes for the next period, why, and what can be done. `null`: nothing. */
export function paymentDue(situation: Situation, rules: DunningRules): PaymentDue | null {
  const { subscription, next, facts, at } = situation;
  if (next?.status !== 'due' || facts.cancelled) return null;
  const reason = reasonOf(situation);
  const until = benefitsEnd(subscription.periodEnd, rules);
  const attemptAt = nextAttempt(situation, rules);
  return {
    period_index: next.periodIndex,
    amount_usd: formatUsd(next.priceNanos),
    reason,
    message: messageOf(reason, { amount: `$${formatUsd(next.priceNanos)}`, at, until, attemptAt }),
    next_attempt_at: attemptAt?.toISOString() ?? null,
    benefits_until: until.toISOString(),
    can_pay_now: canPayNow(situation),
  };
}

/** Not while a charge may still succeed, and not where the provider takes the money by itself. */
export function canPayNow({ subscription, next, undecided, facts }: Situation): boolean {
  const isOwed = next?.status === 'due' && next.priceNanos > 0n && !facts.cancelled;
  return isOwed && !undecided && subscription.renewal !== 'provider_run';
}

function reasonOf({ next, undecided }: Situation): DueReason {
  if (undecided) return undecided.status === 'processing' ? 'charge_processing' : 'charge_unknown';
  return (next?.reason as DueReason | null | undefined) ?? 'awaiting_payment';
}

function nextAttempt({ facts, charges }: Situation, rules: DunningRules): Date | undefined {
  const step = nextStep(facts, rules);
  if (step.kind === 'charge') return facts.at;
  const isAnotherDay = rules.retryDays[charges.length - 1] !== undefined;
  return step.kind === 'await_payment' &&
    step.because === 'declined' &&
    facts.hasPaymentMethod &&
    isAnotherDay
    ? step.until
    : undefined;
}

interface MessageFacts {
  amount: string;
  at: Date;
  until: Date;
  attemptAt: Date | undefined;
}

function messageOf(reason: DueReason, { amount, at, until, attemptAt }: MessageFacts): string {
  const goesOn =
    at < until
      ? `Your plan goes on until ${day(until)}.`
      : `Your plan has rested since ${day(until)}, and goes on when this is paid.`;
  switch (reason) {
    case 'awaiting_payment':
      return `${amount} for the next month are to be paid. ${goesOn}`;
    case 'declined':
      return attemptAt
        ? `Your card was declined. It is tried again on ${day(attemptAt)}; you can pay now, or change the card. ${goesOn}`
        : `Your card was declined. Pay now, or change the card. ${goesOn}`;
    case 'needs_authentication':
      return `Your bank wants you to confirm the payment of ${amount} yourself. Pay now to do so. ${goesOn}`;
    case 'charge_unknown':
      return `We asked for ${amount} and do not know the answer yet. You need not do anything; nothing is charged twice.`;
    case 'charge_processing':
      return `Your payment of ${amount} is on its way. You need not do anything.`;
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
