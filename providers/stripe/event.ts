import { z } from 'zod';
import type { ProviderFact } from '../payments.ts';
import { factOfSession } from './session-fact.ts';

const event = z.object({
  id: z.string().min(1).max(255),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  data: z.object({ object: z.looseObject({ object: z.string() }) }),
});

const sessionEvents = new Set([
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
]);

/** Reads an event of Stripe. The fact is absent where the event says nothing about a payment page of ours. */
export function readStripeEvent(payload: unknown): {
  id: string;
  type: string;
  fact: ProviderFact | undefined;
} {
  const { id, type, data } = event.parse(payload);
  // Sessions that save a card or run a subscription are not orders.
  const concernsAnOrder =
    sessionEvents.has(type) && data.object.mode !== 'setup' && data.object.mode !== 'subscription';
  const fact = concernsAnOrder
    ? {
        kind: 'payment' as const,
        payment: factOfSession(data.object, type === 'checkout.session.async_payment_failed'),
      }
    : undefined;
  return { id, type, fact };
}
