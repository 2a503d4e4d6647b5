import { findCard, genericDecline } from '../payments/cards.ts';
import { createCard } from '../payments/payment-methods.ts';
import { failSetup, succeedSetup } from '../payments/setup-intents.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Session, SetupIntent } from '../wire.ts';
import { identifyBuyer, type PayOptions } from './buying.ts';
import { complete } from './completion.ts';
import { customerDetails } from './session.ts';

/** The buyer leaves a card and pays nothing. A card that the bank refuses leaves the session open. */
export function saveOnPage(simulator: Simulator, id: string, { card }: PayOptions = {}): Session {
  const { session, intent } = openSetup(simulator, id);
  const buyer = identifyBuyer(simulator, session, false);
  session.customer = buyer.customer;
  session.customer_details = customerDetails(buyer.email, buyer.name);
  const chosen = findCard(card);
  const method = createCard(simulator, chosen, buyer, chosen.onSession === 'ok');
  if (chosen.onSession === 'ok') {
    succeedSetup(simulator, intent, method);
    return complete(simulator, session, 'no_payment_required');
  }
  failSetup(simulator, intent, method, chosen.onSession);
  return simulator.objects.replace(session);
}

export function declineOnPage(simulator: Simulator, id: string): Session {
  const { session, intent } = openSetup(simulator, id);
  const nobody = { email: session.customer_email, name: null, customer: null };
  failSetup(simulator, intent, createCard(simulator, findCard(undefined), nobody, false), genericDecline);
  return session;
}

function openSetup(simulator: Simulator, id: string): { session: Session; intent: SetupIntent } {
  const session = simulator.objects.get<Session>('checkout.session', id);
  if (session.mode !== 'setup')
    throw invalidRequest('This Checkout Session is there to pay, not to save a card.');
  if (session.status !== 'open') {
    throw invalidRequest(`This Checkout Session is not open: its status is \`${session.status}\`.`);
  }
  const intent = simulator.objects.get<SetupIntent>('setup_intent', session.setup_intent ?? '');
  return { session, intent };
}
