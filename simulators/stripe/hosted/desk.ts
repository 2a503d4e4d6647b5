import type Router from '@koa/router';
import type { Context } from 'koa';
import { readBody } from '../../read-body.ts';
import { failLater, settle } from '../payments/attempts.ts';
import { type CardAnswer, cardAnswers, findCard } from '../payments/cards.ts';
import { chargeWithoutPage, delayedCharges } from '../payments/delayed-charges.ts';
import { tellCard } from '../payments/payment-methods.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import { chargePeriod, retryInvoice } from '../subscriptions/renewal.ts';
import { endSubscription } from '../subscriptions/subscriptions.ts';
import type { Customer, Invoice, PaymentMethod, Subscription } from '../wire.ts';
import { type Desk, renderDesk } from './desk-page.ts';

const formLimit = 10_000;
const shown = 50;

/** The page for a person who plays the bank: the control API of renewals, as buttons. */
export function deskRoutes(router: Router, simulator: Simulator): void {
  router.get('/desk', (context) => {
    context.type = 'html';
    context.set('cache-control', 'no-store');
    context.set(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    context.body = renderDesk(deskOf(simulator));
  });
  router.post('/desk', async (context: Context) => {
    const form = new URLSearchParams((await readBody(context.req, formLimit))?.toString());
    const [action, id, answer] = ['action', 'id', 'answer'].map((name) => form.get(name) ?? '') as [
      string,
      string,
      string,
    ];
    simulator.change(() => act(simulator, action, id, answer));
    context.redirect('/desk');
    // See other: a reload must not press the button again.
    context.status = 303;
  });
}

function act(simulator: Simulator, action: string, id: string, answer: string): void {
  const charge = () => chargeWithoutPage(simulator, id);
  const acts: Record<string, () => unknown> = {
    answer: () => tellCard(simulator, id, cardAnswer(answer)),
    settle: () => settle(simulator, charge()),
    fail: () => failLater(simulator, charge()),
    'charge-paid': () => chargePeriod(simulator, id, { outcome: 'paid', last_try: false }),
    'charge-declined': () => chargePeriod(simulator, id, { outcome: 'declined', last_try: false }),
    'retry-paid': () => retryInvoice(simulator, id, { outcome: 'paid', last_try: false }),
    'retry-declined': () => retryInvoice(simulator, id, { outcome: 'declined', last_try: false }),
    end: () => endSubscription(simulator, id),
  };
  if (!Object.hasOwn(acts, action)) throw invalidRequest(`No such action: ${action}`);
  acts[action]?.();
}

function cardAnswer(name: string): CardAnswer {
  if (!Object.hasOwn(cardAnswers, name)) throw invalidRequest(`No such answer: ${name}`);
  return name as CardAnswer;
}

function deskOf(simulator: Simulator): Desk {
  const { objects } = simulator;
  const newest = { limit: shown };
  const methods = objects.page<PaymentMethod>('payment_method', {}, newest);
  const live = ['active', 'past_due'];
  return {
    cards: methods.flatMap((method) => {
      const customer = objects.find<Customer>('customer', method.customer ?? '');
      return customer === undefined ? [] : [{ method, customer, answer: answerOf(objects, method) }];
    }),
    processing: delayedCharges(simulator, shown),
    subscriptions: objects.page<Subscription>('subscription', { status: live }, newest),
    unpaid: objects.page<Invoice>('invoice', { status: 'open' }, newest),
  };
}

function answerOf(objects: Simulator['objects'], method: PaymentMethod): string {
  const { answer } = objects.hidden(method.id) as { answer?: string };
  if (answer !== undefined) return answer;
  const own = findCard(method.card?.last4).offSession;
  return Object.entries(cardAnswers).find(([, said]) => said === own)?.[0] ?? 'ok';
}
