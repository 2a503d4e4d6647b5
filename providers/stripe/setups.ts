import type Stripe from 'stripe';
import { z } from 'zod';
import type { Checkout } from '../payments.ts';
import type { CardSetupFact, SetupInput } from '../recurring.ts';
import { buyerOf, checkoutOf } from './buyer.ts';
import { savedCardOf } from './saved-card.ts';

export async function createSetup(stripe: Stripe, input: SetupInput): Promise<Checkout> {
  const session = await stripe.checkout.sessions.create(setupSession(input), {
    idempotencyKey: `setup:${input.setupId}`,
  });
  return checkoutOf(session);
}

function setupSession(input: SetupInput): Stripe.Checkout.SessionCreateParams {
  const metadata = { setup_id: input.setupId, account_id: input.accountId };
  return {
    mode: 'setup',
    currency: input.currency.toLowerCase(),
    // Other methods can be kept too, but have no number and no expiry to show.
    allowed_payment_method_types: ['card'],
    metadata,
    setup_intent_data: { metadata },
    success_url: input.successUrl,
    cancel_url: input.cancelUrl,
    ...buyerOf(input, true),
  };
}

const setupSessionShape = z.object({
  id: z.string(),
  object: z.literal('checkout.session'),
  mode: z.literal('setup'),
  status: z.enum(['open', 'complete', 'expired']).nullable(),
  livemode: z.boolean(),
  metadata: z.record(z.string(), z.string()).nullish(),
  setup_intent: z.union([z.string(), z.looseObject({ payment_method: z.unknown() })]).nullish(),
});

/** Reads a session that saves a card, whole or from an event. */
export function factOfSetup(raw: unknown): CardSetupFact {
  const session = setupSessionShape.parse(raw);
  const intent = session.setup_intent;
  return {
    provider: 'stripe',
    checkoutRef: session.id,
    setupId: session.metadata?.setup_id,
    status: session.status ?? 'open',
    live: session.livemode,
    card: typeof intent === 'object' && intent ? savedCardOf(intent.payment_method) : undefined,
  };
}

export async function fetchSetup(stripe: Stripe, checkoutRef: string): Promise<CardSetupFact> {
  return factOfSetup(
    await stripe.checkout.sessions.retrieve(checkoutRef, { expand: ['setup_intent.payment_method'] }),
  );
}
