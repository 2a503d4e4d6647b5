import { DomainError } from '../../billing/errors.ts';
import { nextStep } from '../../billing/subscription-step.ts';
import { readClock } from '../../db/account-clock.ts';
import { type Charge, claimCharge, findUndecidedCharge } from '../../db/charges.ts';
import { findPaymentMethod } from '../../db/payment-methods.ts';
import { readSituation } from '../../db/subscription-facts.ts';
import { findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ChargeFact, ChargeInput, SubscriptionPaymentFact } from '../../providers/recurring.ts';
import type { ActivityDeps } from '../deps.ts';
import { providerOf } from '../order-parts.ts';
import { advance } from './advance.ts';
import { endSubscription } from './end-subscription.ts';
import { noteEnd } from './notices.ts';
import { cancelAtProvider, fetchAtProvider } from './provider-run.ts';
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
  const task = await nextTask(deps, input);
  const book = await carryOut(deps, task);
  const bookRefunds = await sendRefunds(deps, input.accountId);
  return takeTurn(deps, input, async (turn) => {
    await book(turn);
    await bookRefunds(turn);
    const report = await advance(turn);
    // Asked a moment ago: the next question has time.
    return report.todo === 'collect' && report.waitMs !== null ? { ...report, todo: 'wait' } : report;
  });
}

/** Read without a lock: what is done about it is decided again, under the lock, when it is booked. */
async function nextTask({ db, dunning }: ActivityDeps, { accountId, now }: TurnInput): Promise<Task> {
  const charge = await findUndecidedCharge(db, accountId);
  // Whoever claims it sends it; whoever comes later asks what became of it.
  if (charge) return { kind: 'charge', charge, isNew: await claimCharge(db, charge.id) };
  const subscription = await findLiveSubscription(db, accountId);
  if (subscription?.renewal !== 'provider_run') return { kind: 'nothing' };
  const { offsetMs } = await readClock(db, accountId);
  const { facts } = await readSituation(db, subscription, new Date(Date.parse(now) + offsetMs));
  const step = nextStep(facts, dunning);
  if (step.kind === 'ask_provider') return { kind: 'ask_subscription', subscription };
  return step.kind === 'end' ? { kind: 'stop_subscription', subscription } : { kind: 'nothing' };
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
  const { latestPayment } = await fetchAtProvider(deps, subscription);
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
