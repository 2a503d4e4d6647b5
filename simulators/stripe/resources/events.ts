import { z } from 'zod';
import { listObjects, listParameters } from '../list.ts';
import { type Operation, operation } from '../operation.ts';
import { text } from '../parameters.ts';
import type { Simulator } from '../simulator.ts';
import { countUndelivered } from '../webhooks/queue.ts';
import type { StripeEvent } from '../wire.ts';

const eventListParameters = z.strictObject({
  ...listParameters,
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});

function withPending(simulator: Simulator, event: StripeEvent): StripeEvent {
  return { ...event, pending_webhooks: countUndelivered(simulator.database, event.id) > 0 ? 1 : 0 };
}

export const eventOperations: Operation[] = [
  operation('get', '/v1/events/:id', z.strictObject({}), (simulator, { id }) =>
    withPending(simulator, simulator.objects.get<StripeEvent>('event', id)),
  ),
  operation('get', '/v1/events', eventListParameters, (simulator, { parameters }) => {
    const types = parameters.type === undefined ? parameters.types : [parameters.type];
    const list = listObjects<StripeEvent>(simulator, 'event', '/v1/events', parameters, { type: types });
    return { ...list, data: list.data.map((event) => withPending(simulator, event)) };
  }),
];
