import { NANOS_PER_CENT } from '../../billing/money.ts';
import { type Charge, decideCharge, findCharge } from '../../db/charges.ts';
import { findPeriod, setPeriodReason } from '../../db/subscription-periods.ts';
import { changeSubscription, findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ChargeFact } from '../../providers/recurring.ts';
import { noteUnpaid } from './notices.ts';
import { creditWallet, payNextPeriod } from './pay-period.ts';
import type { Turn } from './turn.ts';

export type RecordedCharge = 'recorded' | 'known' | 'mismatch' | 'unmatched';

/** Books what a provider says of a charge, by answer or by webhook. The first word decides; a repeat changes nothing. */
export async function recordCharge(turn: Turn, chargeId: string, fact: ChargeFact): Promise<RecordedCharge> {
  const charge = await findCharge(turn.trx, chargeId);
  if (charge?.accountId !== turn.accountId) return 'unmatched';
  if (!isAbout(charge, fact)) return 'mismatch';
  const { status } = fact;
  const paymentRef = fact.paymentRef ?? null;
  const declineCode = fact.declineCode ?? null;
  const news = await decideCharge(turn.trx, { id: charge.id, status, paymentRef, declineCode });
  if (!news) return 'known';
  const live = await findLiveSubscription(turn.trx, turn.accountId);
  const paysFor =
    live && charge.subscriptionId === live.id && charge.periodIndex === live.periodIndex + 1
      ? live
      : undefined;
  if (status === 'succeeded') await bookSuccess(turn, charge, paysFor);
  else if (paysFor) await bookFailure(turn, charge, paysFor, status);
  return 'recorded';
}

function isAbout(charge: Charge, fact: ChargeFact): boolean {
  return (
    fact.provider === charge.provider &&
    fact.currency === charge.currency &&
    fact.amountMinor === charge.amountMinor &&
    (charge.paymentRef === null || fact.paymentRef === undefined || charge.paymentRef === fact.paymentRef)
  );
}

/** The period may be paid otherwise meanwhile, or the plan be gone: the money is the customer's all the same. */
async function bookSuccess(turn: Turn, charge: Charge, live: Subscription | undefined): Promise<void> {
  const amountNanos = charge.amountMinor * NANOS_PER_CENT;
  const { provider } = charge;
  const period = live && (await findPeriod(turn.trx, live.id, charge.periodIndex));
  if (live && period?.status === 'due')
    return payNextPeriod(turn, live, { provider, amountNanos, paidBy: 'charge', paidRef: charge.id });
  return creditWallet(turn, {
    key: `charge:${charge.id}`,
    kind: 'plan_payment',
    reference: charge.id,
    provider,
    amountNanos,
  });
}

async function bookFailure(
  turn: Turn,
  charge: Charge,
  subscription: Subscription,
  status: 'declined' | 'needs_authentication' | 'processing',
): Promise<void> {
  const reason = status === 'processing' ? 'charge_processing' : status;
  await setPeriodReason(
    turn.trx,
    { subscriptionId: subscription.id, periodIndex: charge.periodIndex },
    reason,
  );
  if (status === 'processing') return;
  await changeSubscription(turn.trx, subscription.id, { status: 'past_due' });
  await noteUnpaid(turn, subscription, charge.attempt, status);
}
