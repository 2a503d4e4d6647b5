import { z } from 'zod';
import { DomainError } from '../../billing/errors.ts';
import { readRawBody } from '../../http/body.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { receiveEvent } from '../webhooks.ts';

const LIMIT_BYTES = 256 * 1024;

export function webhookRoutes(deps: ApiDeps): Route[] {
  return [stripeRoute(deps)];
}

function stripeRoute(deps: ApiDeps): Route {
  const parse = deps.webhookParsers.get('stripe');
  return defineRoute({
    method: 'post',
    path: '/webhooks/stripe',
    summary: 'Events of Stripe',
    description:
      'For Stripe only: the raw body with its Stripe-Signature. Answered once the event is stored.',
    tag: 'Webhooks',
    access: 'public',
    response: {
      status: 200,
      description: 'Stored',
      schema: z.object({ received: z.literal(true) }),
    },
    errors: ['webhook_refused', 'payload_too_large', 'not_found', 'database_unavailable'],
    handler: async ({ ctx }) => {
      if (!parse) throw new DomainError('not_found', 'Events of Stripe are not taken here');
      const event = parse(await readRawBody(ctx, LIMIT_BYTES), ctx.headers);
      await receiveEvent(deps, ctx, event);
      return { received: true as const };
    },
  });
}
