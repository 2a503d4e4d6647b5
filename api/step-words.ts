import { formatUsd } from '../billing/money.ts';
import type { Step } from '../billing/subscription-step.ts';
import type { Situation } from '../db/subscription-facts.ts';

/** What happens to a subscription next, for people. */
export function stepWords(step: Step, { facts, nextTerms, subscription }: Situation): string {
  const price = `$${formatUsd(facts.priceNanos)}`;
  switch (step.kind) {
    case 'rest':
      return step.until ? `Nothing until ${moment(step.until)}` : 'Nothing any more';
    case 'await_payment':
      return `Wait for ${price} until ${moment(step.until)} (${step.because})`;
    case 'renew':
      return `Begin the next period on ${nextTerms.planId}`;
    case 'charge':
      return `Charge ${price} to the saved card`;
    case 'ask_about_charge':
      return 'Ask what became of a charge whose outcome is not known';
    case 'ask_provider':
      return `Ask ${subscription.provider} whether it has charged ${price}`;
    case 'remind':
      return `Remind that ${price} are to be paid by ${moment(subscription.periodEnd)}`;
    case 'end':
      return `End the plan (${step.because})`;
  }
}

/** What the step takes from the customer. */
export function stepAmount(step: Step, { facts }: Situation): bigint | null {
  return step.kind === 'charge' ? facts.priceNanos : null;
}

function moment(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}
