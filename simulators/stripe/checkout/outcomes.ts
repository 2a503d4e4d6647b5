import { recordEvent } from '../events.ts';
import { begin, fail, failLater, settle, succeed } from '../payments/attempts.ts';
import { findCard, genericDecline } from '../payments/cards.ts';
import { cancelPaymentIntent } from '../payments/payment-intents.ts';
import { createBankAccount, createCard } from '../payments/payment-methods.ts';
import { cancelSetup } from '../payments/setup-intents.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import { beginSubscription } from '../subscriptions/beginning.ts';
import type { PaymentIntent, Session, SetupIntent } from '../wire.ts';
import { type Buying, type PayOptions, startBuying } from './buying.ts';
import { complete } from './completion.ts';
import type { SessionSecrets } from './session.ts';

/** The buyer pays by card. A card that declines leaves the session open. */
export function paySession(simulator: Simulator, id: string, options: PayOptions = {}): Session {
  const buying = startBuying(simulator, id, options);
  if (buying.intent === undefined) return complete(simulator, buying.session, 'no_payment_required');
  const card = findCard(options.card);
  const saved = buying.intent.setup_future_usage !== null && card.onSession === 'ok';
  const method = createCard(simulator, card, buying.buyer, saved);
  if (card.onSession !== 'ok') {
    fail(simulator, buying.intent, method, card.onSession);
    return simulator.objects.replace(buying.session);
  }
  const paid = succeed(simulator, buying.intent, method);
  const isSubscription = buying.session.mode === 'subscription';
  const session = isSubscription ? beginSubscription(simulator, buying.session, paid) : buying.session;
  return complete(simulator, session, 'paid');
}

/** The buyer tries a card that the bank refuses. */
export function declineSession(simulator: Simulator, id: string): Session {
  const { session, intent, buyer } = requirePayment(startBuying(simulator, id));
  fail(simulator, intent, createCard(simulator, findCard(undefined), buyer, false), genericDecline);
  return simulator.objects.replace(session);
}

/** The buyer chooses a method whose money arrives, or fails to arrive, days later. */
export function payLater(simulator: Simulator, id: string, options: PayOptions = {}): Session {
  const { session, intent, buyer } = requirePayment(startBuying(simulator, id, options));
  if (session.mode === 'subscription') {
    throw invalidRequest('This simulator begins subscriptions with cards only.');
  }
  begin(simulator, intent, createBankAccount(simulator, buyer));
  return complete(simulator, session, 'unpaid');
}

export function settleSession(simulator: Simulator, id: string): Session {
  const { session, intent } = pendingPayment(simulator, id);
  settle(simulator, intent);
  const paid = simulator.objects.replace<Session>({ ...session, payment_status: 'paid' });
  recordEvent(simulator, 'checkout.session.async_payment_succeeded', paid);
  return paid;
}

export function failSessionLater(simulator: Simulator, id: string): Session {
  const { session, intent } = pendingPayment(simulator, id);
  failLater(simulator, intent);
  recordEvent(simulator, 'checkout.session.async_payment_failed', session);
  return session;
}

/** Closes the page: nobody can pay on it any more. */
export function expireSession(simulator: Simulator, id: string): Session {
  const session = simulator.objects.get<Session>('checkout.session', id);
  if (session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  const expired = simulator.objects.replace<Session>({ ...session, status: 'expired', url: null });
  const { attempt } = simulator.objects.hidden(id) as SessionSecrets;
  const intentId = session.payment_intent ?? attempt;
  if (intentId !== undefined) {
    const intent = simulator.objects.get<PaymentIntent>('payment_intent', intentId);
    cancelPaymentIntent(simulator, intent, 'expired');
  }
  if (session.setup_intent !== null) {
    cancelSetup(simulator, simulator.objects.get<SetupIntent>('setup_intent', session.setup_intent));
  }
  recordEvent(simulator, 'checkout.session.expired', expired);
  return expired;
}

function requirePayment(buying: Buying): Buying & { intent: PaymentIntent } {
  const { intent } = buying;
  if (intent === undefined) throw invalidRequest('Nothing has to be paid on this Checkout Session.');
  return { ...buying, intent };
}

function pendingPayment(simulator: Simulator, id: string): { session: Session; intent: PaymentIntent } {
  const session = simulator.objects.get<Session>('checkout.session', id);
  const intent = simulator.objects.find<PaymentIntent>('payment_intent', session.payment_intent ?? '');
  if (intent?.status !== 'processing') {
    throw invalidRequest('No delayed payment is pending on this Checkout Session.');
  }
  return { session, intent };
}
