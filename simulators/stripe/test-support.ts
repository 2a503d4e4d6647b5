import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { type StripeSimulator, type StripeSimulatorOptions, startStripeSimulator } from './start.ts';

export const secretKey = 'sk_test_contract';
export const webhookSecret = 'whsec_contract';

export interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The unmodified SDK, pointed at a simulator. */
export function sdk(url: string, config: Stripe.StripeConfig = {}, key = secretKey): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', ...config });
}

/** A shop that notes every webhook and answers as it is told. */
export async function startReceiver() {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`,
    received,
    /** Statuses of the next answers; 200 after them. */
    statuses,
    events: () => received.map(({ body }) => JSON.parse(body.toString()) as Stripe.Event),
    async count(n: number, timeoutMs = 15_000): Promise<void> {
      const deadline = Date.now() + timeoutMs;
      while (received.length < n) {
        if (Date.now() > deadline) throw new Error(`${received.length} of ${n} webhooks arrived`);
        await sleep(10);
      }
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** A simulator whose webhooks go to the receiver, with delays a hundred times shorter. */
export function startFor(
  receiver: Receiver,
  options: Partial<StripeSimulatorOptions> = {},
): Promise<StripeSimulator> {
  return startStripeSimulator({
    secretKey,
    webhook: { url: receiver.url, secret: webhookSecret },
    timeScale: 0.01,
    ...options,
  });
}

/** A top-up of $20, as the shop would ask for it. */
export function topUp(orderNumber: string): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    line_items: [
      {
        price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Balance top-up' } },
        quantity: 1,
      },
    ],
    success_url: 'http://127.0.0.1:9/orders/1?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/topup',
    client_reference_id: orderNumber,
    customer_email: 'ada@example.com',
    metadata: { order_id: orderNumber },
    payment_intent_data: { metadata: { order_id: orderNumber } },
  };
}

/** A plan of $20 a month, as the shop would ask for it. */
export function monthly(orderNumber: string): Stripe.Checkout.SessionCreateParams {
  const recurring = { interval: 'month' as const };
  const price_data = { currency: 'usd', unit_amount: 2000, product_data: { name: 'Plus' }, recurring };
  const { payment_intent_data: _, ...common } = topUp(orderNumber);
  return {
    ...common,
    mode: 'subscription',
    line_items: [{ price_data, quantity: 1 }],
    subscription_data: { description: 'Plus', metadata: { plan: 'plus' } },
  };
}

/** A page where a card is left and nothing is paid. */
export function keepCard(): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'setup',
    currency: 'usd',
    customer_creation: 'always',
    customer_email: 'ada@example.com',
    metadata: { setup_id: 'setup_1' },
    setup_intent_data: { metadata: { setup_id: 'setup_1' } },
    success_url: 'http://127.0.0.1:9/settings?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/settings',
  };
}
