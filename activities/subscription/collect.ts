import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../billing/errors.ts';
import { NANOS_PER_CENT } from '../../billing/money.ts';
import { nextStep } from '../../billing/subscription-step.ts';
import { type Charge, findCharge, findUndecidedCharge, insertCharge } from '../../db/charges.ts';
import { findPaymentMethod } from '../../db/payment-methods.ts';
import { readSituation, type Situation } from '../../db/subscription-facts.ts';
import { findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ChargeFact, ChargeInput, SubscriptionPaymentFact } from '../../providers/recurring.ts';
import type { ActivityDeps } from '../deps.ts';
import { providerOf } from '../order-parts.ts';
import { advance } from './advance.ts';
import { endSubscription } from './end-subscription.ts';
import { noteEnd } from './notices.ts';
import { openNextPeriod } from './pay-period.ts';
import { recordCharge } from './record-charge.ts';
import { recordSubscriptionPayment } from './record-subscription-payment.ts';
import type { SubscriptionReport } from './report.ts';
import { sendRefunds } from './send-refunds.ts';
import { type Turn, type TurnInput, takeTurn } from './turn.ts';

type Task =
  | { kind: 'charge'; charge: Charge; isNew: boolean }
  | { kind: 'ask_subscription'; subscription: Subscription }
  | { kind: 'stop_subscription'; subscription: Subscription }
  | { kind: 'nothing' };

/**
 * The part of a renewal or refund that needs the provider: written down first, then asked, then booked. Interrupted
 * anywhere, it goes on by asking what became of what was written down.
 */
export async function collect(deps: ActivityDeps, input: TurnInput): Promise<SubscriptionReport> {
  const task = await takeTurn(deps, input, prepare);
  const book = await carryOut(deps, task);
  const bookRefunds = await sendRefunds(deps, input.accountId);
  return takeTurn(deps, input, async (turn) => {
    await book(turn);
    await bookRefunds(turn);
    const report = await advance(turn);
    // Asked a moment ago: the next question has time.
    return report.then === 'provider' && report.waitMs !== null ? { ...report, then: 'wait' } : report;
  });
}

async function prepare(turn: Turn): Promise<Task> {
  const undecided = await findUndecidedCharge(turn.trx, turn.accountId);
  if (undecided) return { kind: 'charge', charge: undecided, isNew: false };
  const subscription = await findLiveSubscription(turn.trx, turn.accountId);
  if (!subscription) return { kind: 'nothing' };
  const situation = await readSituation(turn.trx, subscription, turn.at);
  const step = nextStep(situation.facts, turn.deps.dunning);
  if (step.kind === 'charge')
    return { kind: 'charge', charge: await openCharge(turn, situation), isNew: true };
  if (step.kind === 'ask_provider') return { kind: 'ask_subscription', subscription };
  if (step.kind === 'end' && subscription.renewal === 'provider_run')
    return { kind: 'stop_subscription', subscription };
  return { kind: 'nothing' };
}

/** Written before it is sent: whatever happens then, it is known that it may have been. */
export async function openCharge(turn: Turn, situation: Situation): Promise<Charge> {
  const { subscription, card, charges, nextTerms, facts } = situation;
  if (!card) throw new DomainError('method_not_available', 'The account has no card to charge');
  const periodIndex = await openNextPeriod(turn, subscription, nextTerms);
  const id = uuidv7();
  await insertCharge(turn.trx, {
    id,
    accountId: turn.accountId,
    subscriptionId: subscription.id,
    periodIndex,
    attempt: charges.length,
    provider: card.provider,
    paymentMethodId: card.id,
    currency: 'USD',
    amountMinor: facts.priceNanos / NANOS_PER_CENT,
    dueAt: turn.at,
  });
  const charge = await findCharge(turn.trx, id);
  if (!charge) throw new Error(`Charge ${id} is gone`);
  return charge;
}

type Booking = (turn: Turn) => Promise<unknown>;
const nothing: Booking = () => Promise.resolve();

async function carryOut(deps: ActivityDeps, task: Task): Promise<Booking> {
  switch (task.kind) {
    case 'nothing':
      return nothing;
    case 'charge':
      return sendCharge(deps, task.charge, task.isNew);
    case 'ask_subscription':
      return askSubscription(deps, task.subscription);
    case 'stop_subscription':
      return stopSubscription(deps, task.subscription);
  }
}

async function sendCharge(deps: ActivityDeps, charge: Charge, isNew: boolean): Promise<Booking> {
  const provider = providerOf(deps, charge.provider);
  const cards = provider.savedCards;
  const card = await findPaymentMethod(deps.db, charge.paymentMethodId);
  if (!cards || !card)
    throw new DomainError('provider_unavailable', 'This card cannot be charged at the moment');
  const input: ChargeInput = {
    chargeId: charge.id,
    accountId: charge.accountId,
    customerRef: card.customerRef,
    methodRef: card.methodRef,
    currency: charge.currency,
    amountMinor: charge.amountMinor,
    description: 'Renewal of your plan',
    requestedAt: charge.requestedAt,
  };
  const fact = await orUnknown(
    async () => (isNew ? undefined : await cards.findCharge(input)) ?? cards.charge(input),
  );
  return fact ? (turn) => recordCharge(turn, charge.id, fact) : nothing;
}

/** No answer is no refusal: the charge stays written down as unknown, and is asked about later. */
async function orUnknown(ask: () => Promise<ChargeFact>): Promise<ChargeFact | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

async function askSubscription(deps: ActivityDeps, subscription: Subscription): Promise<Booking> {
  const { latestPayment } = await providerSubscription(deps, subscription);
  return latestPayment ? (turn) => record(turn, latestPayment) : nothing;
}

function record(turn: Turn, payment: SubscriptionPaymentFact): Promise<unknown> {
  return recordSubscriptionPayment(turn, payment);
}

async function stopSubscription(deps: ActivityDeps, subscription: Subscription): Promise<Booking> {
  await cancelAtProvider(deps, subscription);
  return async (turn) => {
    await endSubscription(turn, subscription, subscription.cancelledAt ? 'cancelled' : 'unpaid');
    await noteEnd(turn, subscription, subscription.cancelledAt ? 'cancelled' : 'unpaid');
  };
}

function providerSubscription(deps: ActivityDeps, { provider, providerSubscriptionRef }: Subscription) {
  const subscriptions = provider === null ? undefined : providerOf(deps, provider).subscriptions;
  if (!subscriptions || providerSubscriptionRef === null)
    throw new DomainError('provider_unavailable', 'This provider runs no subscriptions');
  return subscriptions.fetchSubscription(providerSubscriptionRef);
}

/** Certain when it returns. */
export async function cancelAtProvider(
  deps: ActivityDeps,
  { provider, providerSubscriptionRef }: Subscription,
): Promise<void> {
  const subscriptions = provider === null ? undefined : providerOf(deps, provider).subscriptions;
  if (!subscriptions || providerSubscriptionRef === null)
    throw new DomainError('provider_unavailable', 'This provider runs no subscriptions');
  await subscriptions.cancelSubscription(providerSubscriptionRef);
}
