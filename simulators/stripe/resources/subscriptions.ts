import { z } from 'zod';
import { listObjects, listParameters } from '../list.ts';
import { type Operation, operation } from '../operation.ts';
import { boolean, metadata, text } from '../parameters.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import { endSubscription, updateSubscription } from '../subscriptions/subscriptions.ts';
import type { Invoice, Subscription } from '../wire.ts';
import { list, retrieve } from './readers.ts';

const path = '/v1/subscriptions';

const changeParameters = z.strictObject({
  cancel_at_period_end: boolean.optional(),
  default_payment_method: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});

/** They come in the query of a DELETE. Nothing is pro-rated here, so neither changes anything. */
const cancelParameters = z.strictObject({
  cancellation_details: z.unknown().optional(),
  invoice_now: boolean.optional(),
  prorate: boolean.optional(),
});

/** Those that have ended come only to who asks for them. */
const notCanceled = ['active', 'past_due'];
const listSubscriptions = z.strictObject({
  ...listParameters,
  customer: text.optional(),
  status: z.enum(['active', 'past_due', 'canceled', 'all']).optional(),
});

const invoiceListParameters = z.strictObject({
  ...listParameters,
  customer: text.optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
  subscription: text.optional(),
});

function change(
  simulator: Simulator,
  id: string,
  { metadata: added, ...fields }: z.output<typeof changeParameters>,
): Subscription {
  const subscription = simulator.objects.get<Subscription>('subscription', id);
  if (subscription.status === 'canceled') {
    throw invalidRequest('A canceled subscription can only update its cancellation_details and metadata.');
  }
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return updateSubscription(simulator, subscription, {
    ...given,
    metadata: { ...subscription.metadata, ...added },
  });
}

/** Subscriptions begin on checkout pages; their periods move by the control API. */
export const subscriptionOperations: Operation[] = [
  retrieve(path, 'subscription'),
  operation('get', path, listSubscriptions, (simulator, { parameters }) => {
    const { customer, status } = parameters;
    const statuses = status === undefined ? notCanceled : status === 'all' ? undefined : status;
    return listObjects<Subscription>(simulator, 'subscription', path, parameters, {
      customer,
      status: statuses,
    });
  }),
  operation('post', `${path}/:id`, changeParameters, (simulator, { id, parameters }) =>
    change(simulator, id, parameters),
  ),
  operation('delete', `${path}/:id`, cancelParameters, (simulator, { id }) => endSubscription(simulator, id)),
  retrieve('/v1/invoices', 'invoice', 'invoice'),
  operation('get', '/v1/invoices', invoiceListParameters, (simulator, { parameters }) => {
    const { customer, status, subscription } = parameters;
    return listObjects<Invoice>(simulator, 'invoice', '/v1/invoices', parameters, {
      customer,
      status,
      'parent.subscription_details.subscription': subscription,
    });
  }),
  list('/v1/invoice_payments', 'invoice_payment', ['invoice']),
];
