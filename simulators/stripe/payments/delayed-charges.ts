import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { PaymentIntent, Session } from '../wire.ts';

/** A charge without a page; a payment of a page ends by its session, which has to be told too. */
export function chargeWithoutPage(simulator: Simulator, id: string): PaymentIntent {
  const intent = simulator.objects.get<PaymentIntent>('payment_intent', id);
  if (!hasPage(simulator, id)) return intent;
  throw invalidRequest(`${id} belongs to a Checkout Session: settle the session, or let that fail.`);
}

/** Charges whose money is on its way, newest first. */
export function delayedCharges(simulator: Simulator, limit: number): PaymentIntent[] {
  return simulator.objects
    .page<PaymentIntent>('payment_intent', { status: 'processing' }, { limit })
    .filter(({ id }) => !hasPage(simulator, id));
}

function hasPage(simulator: Simulator, payment_intent: string): boolean {
  return simulator.objects.page<Session>('checkout.session', { payment_intent }, { limit: 1 }).length > 0;
}
