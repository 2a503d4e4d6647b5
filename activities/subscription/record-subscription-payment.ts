import { NANOS_PER_CENT } from '../../billing/money.ts';
import { findPlanVersion } from '../../db/plans.ts';
import { readSituation } from '../../db/subscription-facts.ts';
import { findPaidPeriod } from '../../db/subscription-periods.ts';
import { findProviderSubscription } from '../../db/subscriptions.ts';
import type { SubscriptionPaymentFact } from '../../providers/recurring.ts';
import { creditWallet, openNextPeriod, payNextPeriod } from './pay-period.ts';
import type { Turn } from './turn.ts';

/**
 * A period that the provider charged by itself, told by webhook or found by asking. One payment pays one period; what
 * has no period left to pay is the customer's balance.
 */
export async function recordSubscriptionPayment(
  turn: Turn,
  fact: SubscriptionPaymentFact,
): Promise<'recorded' | 'known' | 'not_paid' | 'unmatched'> {
  const { trx } = turn;
  const subscription = await findProviderSubscription(trx, fact.provider, fact.subscriptionRef);
  if (subscription?.accountId !== turn.accountId) return 'unmatched';
  // The first one is its checkout's, which an order has booked.
  if (fact.first) return 'known';
  if (fact.status !== 'paid') return 'not_paid';
  if (await findPaidPeriod(trx, 'provider_subscription', fact.paymentRef)) return 'known';
  const amountNanos = fact.amountMinor * NANOS_PER_CENT;
  const { provider, paymentRef } = fact;
  const { next } = await readSituation(trx, subscription, turn.at);
  const terms = await findPlanVersion(trx, subscription.planVersion);
  const pays = subscription.status !== 'ended' && next?.status !== 'paid' && amountNanos >= terms.priceNanos;
  if (!pays) {
    const key = `provider-subscription:${paymentRef}`;
    await creditWallet(turn, { key, kind: 'plan_payment', reference: paymentRef, provider, amountNanos });
    return 'recorded';
  }
  await openNextPeriod(turn, subscription, terms);
  await payNextPeriod(turn, subscription, {
    provider,
    amountNanos,
    paidBy: 'provider_subscription',
    paidRef: paymentRef,
  });
  return 'recorded';
}
