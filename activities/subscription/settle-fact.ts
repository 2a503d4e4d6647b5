import { validate as isUuid } from 'uuid';
import { findCharge } from '../../db/charges.ts';
import { findRefund } from '../../db/refunds.ts';
import { changeSubscription, findProviderSubscription } from '../../db/subscriptions.ts';
import type { ProviderFact } from '../../providers/payments.ts';
import type { ChargeFact, SubscriptionPaymentFact } from '../../providers/recurring.ts';
import type { RefundFact } from '../../providers/refunds.ts';
import type { ActivityDeps } from '../deps.ts';
import { providerOf } from '../order-parts.ts';
import { recordCharge } from './record-charge.ts';
import { recordRefund } from './record-refund.ts';
import { recordSubscriptionPayment } from './record-subscription-payment.ts';
import { takeTurn } from './turn.ts';

export type SubscriptionFact = Exclude<ProviderFact, { kind: 'payment' }>;

/** `unmatched`: nothing of ours knows it, at least not yet. `mismatch`: a person has to look. */
export async function settleSubscriptionFact(deps: ActivityDeps, fact: SubscriptionFact): Promise<string> {
  switch (fact.kind) {
    case 'charge':
      return settleCharge(deps, fact.charge);
    case 'subscription_payment':
      return settleSubscriptionPayment(deps, fact.payment);
    case 'subscription_ended':
      return settleEnd(deps, fact);
    case 'refund':
      return settleRefund(deps, fact.refund);
    case 'card_setup':
      if (!fact.setup.setupId) return 'unmatched';
      await deps.messages.setupHeard(fact.setup.setupId);
      return 'heard';
  }
}

async function settleCharge(deps: ActivityDeps, fact: ChargeFact): Promise<string> {
  const { chargeId } = fact;
  const charge = chargeId && isUuid(chargeId) ? await findCharge(deps.db, chargeId) : undefined;
  if (!charge) return 'unmatched';
  if (fact.live !== providerOf(deps, fact.provider).live) return 'mismatch';
  const { accountId } = charge;
  const outcome = await takeTurn(deps, turnOf(accountId), (turn) => recordCharge(turn, charge.id, fact));
  // Usually the answer of the charge was faster than its event.
  if (outcome === 'recorded') await deps.messages.wake(accountId);
  return outcome;
}

async function settleRefund(deps: ActivityDeps, fact: RefundFact): Promise<string> {
  const { refundId } = fact;
  const refund = refundId && isUuid(refundId) ? await findRefund(deps.db, refundId) : undefined;
  if (!refund) return 'unmatched';
  if (fact.live !== providerOf(deps, fact.provider).live) return 'mismatch';
  const { accountId } = refund;
  const outcome = await takeTurn(deps, turnOf(accountId), (turn) => recordRefund(turn, refund.id, fact));
  // Usually the answer of the charge was faster than its event.
  if (outcome === 'recorded') await deps.messages.wake(accountId);
  return outcome;
}

async function settleSubscriptionPayment(deps: ActivityDeps, fact: SubscriptionPaymentFact): Promise<string> {
  const subscription = await findProviderSubscription(deps.db, fact.provider, fact.subscriptionRef);
  if (!subscription) return fact.first ? 'known' : 'unmatched';
  if (fact.live !== providerOf(deps, fact.provider).live) return 'mismatch';
  const { accountId } = subscription;
  const outcome = await takeTurn(deps, turnOf(accountId), (turn) => recordSubscriptionPayment(turn, fact));
  // Usually the answer of the charge was faster than its event.
  if (outcome === 'recorded') await deps.messages.wake(accountId);
  return outcome;
}

/** The provider gave up, or somebody ended it there: from now on the customer pays by hand. */
async function settleEnd(
  deps: ActivityDeps,
  { provider, subscriptionRef }: SubscriptionFact & { kind: 'subscription_ended' },
): Promise<string> {
  const subscription = await findProviderSubscription(deps.db, provider, subscriptionRef);
  if (!subscription) return 'unmatched';
  if (subscription.status === 'ended' || subscription.renewal !== 'provider_run') return 'known';
  const { id, accountId } = subscription;
  await takeTurn(deps, turnOf(accountId), ({ trx }) => changeSubscription(trx, id, { renewal: 'invoice' }));
  await deps.messages.wake(accountId);
  return 'recorded';
}

function turnOf(accountId: string) {
  return { accountId, now: new Date().toISOString() };
}
