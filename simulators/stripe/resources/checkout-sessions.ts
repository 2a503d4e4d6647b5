import { z } from 'zod';
import { expireSession } from '../checkout/outcomes.ts';
import { createSessionParameters } from '../checkout/parameters.ts';
import { createSession } from '../checkout/session.ts';
import { sessionLines } from '../inline-lists.ts';
import { listParameters } from '../list.ts';
import { type Operation, operation } from '../operation.ts';
import { metadata } from '../parameters.ts';
import type { Session } from '../wire.ts';
import { list, retrieve } from './readers.ts';

const path = '/v1/checkout/sessions';
const nothing = z.strictObject({});

export const checkoutSessionOperations: Operation[] = [
  operation('post', path, createSessionParameters, (simulator, { parameters }) =>
    createSession(simulator, parameters),
  ),
  retrieve(path, 'checkout.session', 'session'),
  list(path, 'checkout.session', ['customer', 'payment_intent', 'status']),
  operation(
    'post',
    `${path}/:id`,
    z.strictObject({ metadata: metadata.optional() }),
    (simulator, { id, parameters }) => {
      const session = simulator.objects.get<Session>('checkout.session', id);
      const merged = { ...session.metadata, ...parameters.metadata };
      return simulator.objects.replace<Session>({ ...session, metadata: merged });
    },
  ),
  operation('post', `${path}/:id/expire`, nothing, (simulator, { id }) => expireSession(simulator, id)),
  operation(
    'get',
    `${path}/:id/line_items`,
    z.strictObject(listParameters),
    (simulator, { id, parameters }) => sessionLines(simulator, id, parameters.limit),
  ),
];
