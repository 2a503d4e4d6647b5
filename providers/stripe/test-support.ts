import { randomUUID } from 'node:crypto';
import type { StripeSimulator } from '../../simulators/stripe/start.ts';
import type { CheckoutInput, PaymentProvider } from '../payments.ts';
import type { ChargeInput, SavedCard, SetupInput } from '../recurring.ts';
import { stripePayments } from './checkout.ts';

export const secretKey = 'sk_test_adapter';

/** The adapter as a deployment has it, pointed at a simulator. */
export function adapterFor(simulator: StripeSimulator) {
  const provider = stripePayments({ secretKey, apiUrl: simulator.url });
  const { savedCards, subscriptions, refunds } = provider;
  if (!savedCards || !subscriptions || !refunds) throw new Error('Stripe can do all that a provider can');
  return { ...provider, savedCards, subscriptions, refunds };
}

export function checkoutOf(changes: Partial<CheckoutInput> = {}): CheckoutInput {
  return {
    orderId: randomUUID(),
    orderNumber: `TG-${randomUUID().slice(0, 8)}`,
    email: 'ada@example.com',
    description: 'Plus plan',
    currency: 'USD',
    amountMinor: 2000n,
    expiresAt: new Date(Date.now() + 3_600_000),
    successUrl: 'http://127.0.0.1:9/orders/1',
    cancelUrl: 'http://127.0.0.1:9/plans',
    ...changes,
  };
}

export function setupOf(changes: Partial<SetupInput> = {}): SetupInput {
  return {
    setupId: randomUUID(),
    accountId: randomUUID(),
    email: 'ada@example.com',
    customerRef: undefined,
    currency: 'USD',
    successUrl: 'http://127.0.0.1:9/settings',
    cancelUrl: 'http://127.0.0.1:9/settings',
    ...changes,
  };
}

/** What the adapter makes of the events of a type, oldest first. */
export async function factsOf(provider: PaymentProvider, simulator: StripeSimulator, type: string) {
  const events = await simulator.control.events(type);
  return events.map((event) => provider.readEvent(event));
}

/** Buys something with this card and lets it be kept. */
export async function saveCard(
  provider: PaymentProvider,
  simulator: StripeSimulator,
  last4 = '4242',
): Promise<SavedCard> {
  const { checkoutRef } = await provider.createCheckout(checkoutOf({ saveCard: true }));
  await simulator.control.pay(checkoutRef, { card: last4 });
  const { paymentRef } = await provider.fetchPayment(checkoutRef);
  const card = await provider.savedCards?.fetchSavedCard(paymentRef ?? '');
  if (card === undefined) throw new Error('no card was kept');
  return card;
}

export function chargeOf(card: SavedCard, changes: Partial<ChargeInput> = {}): ChargeInput {
  return {
    chargeId: randomUUID(),
    accountId: randomUUID(),
    customerRef: card.customerRef,
    methodRef: card.methodRef,
    currency: 'USD',
    amountMinor: 1999n,
    description: 'Plus plan, second month',
    requestedAt: new Date(),
    ...changes,
  };
}
