import { z } from 'zod';
import type { ProviderFact } from '../payments.ts';
import { factOfIntent, readIntent } from './charge-fact.ts';
import { factOfInvoice } from './invoice-fact.ts';
import { factOfRefund } from './refund-fact.ts';
import { factOfSession } from './session-fact.ts';
import { factOfSetup } from './setups.ts';
import { readSubscription } from './subscriptions.ts';

const event = z.object({
  id: z.string().min(1).max(255),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  livemode: z.boolean().optional(),
  data: z.object({ object: z.looseObject({ object: z.string() }) }),
});

const sessionEvents = new Set([
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
]);

const intentEvents = new Set([
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.processing',
]);

const invoiceEvents = new Set(['invoice.paid', 'invoice.payment_failed']);

const refundEvents = new Set(['refund.created', 'refund.updated', 'refund.failed']);

/** Reads an event of Stripe. The fact is absent where the event says nothing that Tollgate acts on. */
export function readStripeEvent(payload: unknown): {
  id: string;
  type: string;
  fact: ProviderFact | undefined;
} {
  const { id, type, data, livemode } = event.parse(payload);
  if (refundEvents.has(type)) return { id, type, fact: factOfRefundEvent(data.object, livemode === true) };
  return { id, type, fact: factOf(type, data.object) };
}

type EventObject = z.infer<typeof event>['data']['object'];

function factOf(type: string, object: EventObject): ProviderFact | undefined {
  if (sessionEvents.has(type)) return factOfSessionEvent(type, object);
  if (intentEvents.has(type)) return factOfIntentEvent(object);
  if (invoiceEvents.has(type)) return factOfInvoiceEvent(object);
  if (type === 'customer.subscription.deleted') {
    return { kind: 'subscription_ended', provider: 'stripe', subscriptionRef: readSubscription(object).id };
  }
  return undefined;
}

function factOfSessionEvent(type: string, object: EventObject): ProviderFact {
  if (object.mode === 'setup') return { kind: 'card_setup', setup: factOfSetup(object) };
  const delayedPaymentFailed = type === 'checkout.session.async_payment_failed';
  return { kind: 'payment', payment: factOfSession(object, delayedPaymentFailed) };
}

const ofCharge = z.object({ metadata: z.object({ charge_id: z.string() }) });

/** Payments of a checkout come here too, without a charge's id: their session speaks for them. */
function factOfIntentEvent(object: EventObject): ProviderFact | undefined {
  if (!ofCharge.safeParse(object).success) return undefined;
  return { kind: 'charge', charge: factOfIntent(readIntent(object)) };
}

const ofRefund = z.object({ metadata: z.object({ refund_id: z.string() }) });

/** Refunds that somebody makes at Stripe come here too, without an id of ours. */
function factOfRefundEvent(object: EventObject, live: boolean): ProviderFact | undefined {
  if (!ofRefund.safeParse(object).success) return undefined;
  return { kind: 'refund', refund: factOfRefund(object, live) };
}

function factOfInvoiceEvent(object: EventObject): ProviderFact | undefined {
  const payment = factOfInvoice(object);
  return payment && { kind: 'subscription_payment', payment };
}
