import { z } from 'zod';
import { listObjects, listParameters } from '../list.ts';
import { type Operation, operation } from '../operation.ts';
import { text } from '../parameters.ts';
import type { StripeObject } from '../wire.ts';

/** `GET {path}/:id`. `param` is the name that Stripe gives the id in its errors. */
export function retrieve(path: string, kind: StripeObject['object'], param = 'id'): Operation {
  return operation('get', `${path}/:id`, z.strictObject({}), (simulator, { id }) =>
    simulator.objects.get(kind, id, param),
  );
}

/** `GET {path}`, newest first, filtered by any of the fields. */
export function list(path: string, kind: StripeObject['object'], fields: readonly string[]): Operation {
  const filters = Object.fromEntries(fields.map((field) => [field, text.optional()]));
  const parameters = z.strictObject({ ...filters, ...listParameters });
  return operation('get', path, parameters, (simulator, call) => {
    const given: Record<string, unknown> = call.parameters;
    // Of somebody unknown there is no list, not even an empty one.
    if (typeof given.customer === 'string') simulator.objects.get('customer', given.customer, 'customer');
    const filter = Object.fromEntries(fields.map((field) => [field, given[field] as string | undefined]));
    return listObjects(simulator, kind, path, call.parameters, filter);
  });
}
