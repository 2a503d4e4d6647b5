import { randomUUID } from 'node:crypto';
import type { SubscriptionView } from '../../api/schemas/subscriptions.ts';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import type { Answer } from './api.ts';
import { type Customer, checkoutOf, type TopUpStack, untilStatus } from './top-ups.ts';

type Parts = Pick<TopUpStack, 'api' | 'database' | 'simulator'>;

/** As a page of the console sends it. */
export function post(
  { api }: Pick<Parts, 'api'>,
  { cookie }: Customer,
  path: string,
  body: object | undefined,
  key: string = randomUUID(),
): Promise<Answer> {
  return api.request('POST', path, { cookie, body, headers: { 'idempotency-key': key } });
}

export async function getSubscription(
  { api }: Pick<Parts, 'api'>,
  { cookie }: Customer,
): Promise<SubscriptionView> {
  const answer = await api.request('GET', '/api/subscription', { cookie });
  if (answer.status !== 200) throw new Error(`GET subscription answered ${answer.status}: ${answer.text}`);
  return answer.body;
}

/** Pays an order's page, with one of Stripe's test cards, and waits until the order has become something. */
export async function payOrder(
  parts: Parts,
  customer: Customer,
  orderId: string,
  card?: string,
): Promise<TopUpDetail> {
  await parts.simulator.control.pay(await checkoutOf(parts, orderId), card ? { card } : {});
  return untilStatus(parts, customer, orderId, 'credited');
}

/** A customer who has bought that through the API. */
export async function subscriber(parts: Parts, order: object): Promise<Customer> {
  const customer = await parts.api.customer();
  const { status, text, body } = await post(parts, customer, '/api/plan-orders', order);
  if (status !== 201) throw new Error(`The order answered ${status}: ${text}`);
  await payOrder(parts, customer, body.id);
  return customer;
}
