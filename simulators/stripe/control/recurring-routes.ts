import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { failLater, settle } from '../payments/attempts.ts';
import { chargeWithoutPage } from '../payments/delayed-charges.ts';
import { tellCard } from '../payments/payment-methods.ts';
import type { Simulator } from '../simulator.ts';
import { attemptOptions, chargePeriod, renewalOptions, retryInvoice } from '../subscriptions/renewal.ts';
import { endSubscription } from '../subscriptions/subscriptions.ts';
import type { StripeObject } from '../wire.ts';
import { readJson } from './read-json.ts';
import { cardSchema } from './schemas.ts';

/** Saved cards, charges that take days, and the subscriptions that the provider itself charges. */
export function recurringRoutes(router: Router, simulator: Simulator): void {
  const act = <T>(path: string, schema: z.ZodType<T>, work: (id: string, options: T) => StripeObject) =>
    router.post(path, async (context: Context) => {
      const options = await readJson(context, schema);
      context.body = simulator.change(() => work(String(context.params.id), options));
    });
  const charge = (id: string) => chargeWithoutPage(simulator, id);
  const nothing = z.strictObject({});
  act('/payment_methods/:id/answer', cardSchema, (id, { answer }) => tellCard(simulator, id, answer));
  act('/payment_intents/:id/settle', nothing, (id) => settle(simulator, charge(id)));
  act('/payment_intents/:id/fail', nothing, (id) => failLater(simulator, charge(id)));
  act('/subscriptions/:id/charge', renewalOptions, (id, options) => chargePeriod(simulator, id, options));
  act('/subscriptions/:id/end', nothing, (id) => endSubscription(simulator, id));
  act('/invoices/:id/retry', attemptOptions, (id, options) => retryInvoice(simulator, id, options));
}
