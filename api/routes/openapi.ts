import type { ApiDeps } from '../deps.ts';
import { describeApi } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';

/** Describes `routes` and itself. */
export function openApiRoute({ config }: ApiDeps, routes: Route[]): Route {
  const route = defineRoute({
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Operations',
    access: 'public',
    response: { status: 200, description: 'OpenAPI 3.1', contentType: 'application/json' },
    handler: ({ ctx }) => {
      ctx.body = document;
    },
  });
  const document = describeApi([...routes, route], config.PUBLIC_URL);
  return route;
}
