import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DomainError } from '../../billing/errors.ts';
import { silentPostgres } from '../../db/silence.ts';
import { isInside } from '../../http/address.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';

const TEMPORAL_ANSWERS_WITHIN_MS = 1_000;
const POSTGRES_ANSWERS_WITHIN_MS = 2_000;

const readiness = z
  .object({ postgres: z.literal('up'), temporal: z.enum(['up', 'down']) })
  .meta({ id: 'Readiness' });

export function healthRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/healthz',
      summary: 'Is the process alive?',
      tag: 'Operations',
      access: 'public',
      response: { status: 200, description: 'It is', schema: z.object({ status: z.literal('ok') }) },
      handler: () => ({ status: 'ok' as const }),
    }),
    defineRoute({
      method: 'get',
      path: '/readyz',
      summary: 'Can it work?',
      description: 'Needs Postgres. Temporal is reported only: without it all but orders goes on.',
      tag: 'Operations',
      access: 'public',
      response: { status: 200, description: 'Ready for requests', schema: readiness },
      errors: ['database_unavailable', 'shutting_down'],
      handler: async () => {
        if (deps.draining.aborted) throw new DomainError('shutting_down', 'This process is stopping');
        // Both are waited for: an answer in between would leave a call to Temporal behind.
        const [temporal, postgres] = await Promise.all([temporalState(deps), databaseProblem(deps)]);
        if (postgres) throw postgres;
        return { postgres: 'up' as const, temporal };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/metrics',
      summary: 'Prometheus metrics',
      tag: 'Operations',
      description: 'For scrapers of the own network only.',
      access: 'public',
      response: { status: 200, description: 'Text format', contentType: 'text/plain' },
      errors: ['not_found'],
      handler: async ({ ctx }) => {
        if (!isInside(ctx.req)) throw new DomainError('not_found', 'There is nothing here');
        ctx.body = await deps.metrics.metrics();
        ctx.type = deps.metrics.contentType;
      },
    }),
  ];
}

async function databaseProblem({ db }: ApiDeps): Promise<unknown> {
  const asked = db.raw('select 1').then(
    () => undefined,
    (error) => error,
  );
  const silence = sleep(POSTGRES_ANSWERS_WITHIN_MS, silentPostgres(), { ref: false });
  return Promise.race([asked, silence]);
}

async function temporalState({ temporal }: ApiDeps): Promise<'up' | 'down'> {
  const ask = () => temporal.workflowService.getSystemInfo({});
  return temporal.connection.withDeadline(Date.now() + TEMPORAL_ANSWERS_WITHIN_MS, ask).then(
    () => 'up' as const,
    () => 'down' as const,
  );
}
