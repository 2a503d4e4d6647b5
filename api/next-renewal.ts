import { formatCredits } from '../billing/credits.ts';
import { formatUsd } from '../billing/money.ts';
import { bonusOf } from '../billing/plans.ts';
import type { PlanVersion } from '../db/plans.ts';
import type { Situation } from '../db/subscription-facts.ts';
import type { NextRenewal } from './schemas/subscriptions.ts';

/** `null`: the plan ends with its period. */
export function nextRenewal(situation: Situation, planName: string): NextRenewal | null {
  const { subscription, next, nextTerms, facts } = situation;
  const isPaid = next?.status === 'paid';
  if (!goesOn(situation)) return null;
  return {
    at: (next?.startsAt ?? subscription.periodEnd).toISOString(),
    plan_id: nextTerms.planId,
    plan_name: planName,
    price_usd: formatUsd(facts.priceNanos),
    paid_ahead: isPaid,
    base_credits: formatCredits(nextTerms.baseNanos),
    bonus_credits: formatCredits(bonusOf(nextTerms)),
    backup_credits: formatCredits(backupOf(situation, nextTerms)),
    payment: paymentOf(situation),
  };
}

/** Whether something follows the current period. */
export function goesOn({ subscription, next }: Situation): boolean {
  if (next?.status === 'paid') return true;
  if (subscription.cancelledAt !== null) return false;
  return subscription.kind === 'renewing' || subscription.nextPlanId !== null;
}

/** Another plan has another backup; the same one is filled up again where its terms say so. */
function backupOf({ subscription }: Situation, terms: PlanVersion): bigint {
  const isFilled = terms.planId !== subscription.planId || terms.backupRefill === 'every_period';
  return isFilled ? terms.backupNanos : 0n;
}

function paymentOf({ subscription, next, card, facts }: Situation): NextRenewal['payment'] {
  const nobody = { provider: null, card: null };
  if (next?.status === 'paid' || facts.priceNanos === 0n) return { by: 'nothing', ...nobody };
  if (subscription.renewal === 'provider_run')
    return { by: 'provider', provider: subscription.provider, card: null };
  if (subscription.renewal === 'invoice' || !card) return { by: 'hand', ...nobody };
  const { id, brand, last4, provider } = card;
  return { by: 'card', provider, card: { id, brand, last4 } };
}
