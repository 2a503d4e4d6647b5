import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import type { Answer } from './api.ts';
import { checkoutOf, type TopUpStack, webhookSecret } from './top-ups.ts';

/** An event as Stripe would send it about an order's checkout, with whatever a test changes in the session. */
export async function eventAbout(
  stack: TopUpStack,
  order: { id: string; number: string },
  changes: Record<string, unknown> = {},
  type = 'checkout.session.completed',
) {
  return {
    id: `evt_${randomUUID().replaceAll('-', '')}`,
    object: 'event',
    type,
    data: {
      object: {
        id: await checkoutOf(stack, order.id),
        object: 'checkout.session',
        mode: 'payment',
        status: 'complete',
        payment_status: 'paid',
        amount_total: 2000,
        currency: 'usd',
        livemode: false,
        client_reference_id: order.number,
        metadata: { order_id: order.id },
        payment_intent: `pi_${randomUUID().replaceAll('-', '')}`,
        ...changes,
      },
    },
  };
}

export function signature(payload: string, options: { secret?: string; timestamp?: number } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret, ...options });
}

export function deliver(
  { api }: Pick<TopUpStack, 'api'>,
  event: object | string,
  header?: string | null,
): Promise<Answer> {
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  const signed = header === undefined ? signature(payload) : header;
  return api.request('POST', '/webhooks/stripe', {
    raw: payload,
    headers: {
      'content-type': 'application/json',
      ...(signed === null ? {} : { 'stripe-signature': signed }),
    },
  });
}

export interface InboxRow {
  status: string;
  outcome: string | null;
  order_id: string | null;
}

export async function inboxOf(
  { database }: Pick<TopUpStack, 'database'>,
  eventId: string,
): Promise<InboxRow[]> {
  const { rows } = await database.db.raw(
    'select status, outcome, order_id from inbox_events where event_id = ?',
    [eventId],
  );
  return rows;
}

export async function countEvents({ database }: Pick<TopUpStack, 'database'>): Promise<number> {
  const { rows } = await database.db.raw('select count(*)::integer as n from inbox_events');
  return rows[0].n;
}
