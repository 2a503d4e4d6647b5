import { z } from 'zod';
import type { Session } from '../../http/session.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { advanceSandbox, sandboxView, sandboxViews, turnIntoSandbox } from '../sandboxes.ts';
import {
  advanceClock,
  makeSandbox,
  sandboxAccount,
  sandboxAccounts,
} from '../schemas/admin-subscriptions.ts';

const tag = 'Sandbox accounts';
const params = z.object({ id: z.uuid() });

export function sandboxRoutes(deps: ApiDeps): Route[] {
  return [listRoute(deps), makeRoute(deps), viewRoute(deps), advanceRoute(deps)];
}

function actorOf({ accountId, email }: Session) {
  return { id: accountId, name: email };
}

function listRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/admin/sandbox-accounts',
    summary: 'Accounts whose time can be moved',
    tag,
    access: 'admin',
    response: { status: 200, description: 'Each with its own time', schema: sandboxAccounts },
    errors: ['temporal_unavailable'],
    handler: async () => ({ items: await sandboxViews(deps) }),
  });
}

function makeRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/admin/sandbox-accounts',
    summary: 'Turn an account into a sandbox, for good',
    description: 'Only one that has never paid real money, and only where payments take none.',
    tag,
    access: 'admin',
    body: makeSandbox,
    response: { status: 201, description: 'The sandbox', schema: sandboxAccount },
    errors: ['not_found', 'live_account', 'temporal_unavailable'],
    handler: ({ session, body }) => turnIntoSandbox(deps, actorOf(session), body.account),
  });
}

function viewRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/admin/sandbox-accounts/:id',
    summary: 'Where the time of a sandbox account stands',
    tag,
    access: 'admin',
    params,
    response: { status: 200, description: 'Its time, and whether it is being moved', schema: sandboxAccount },
    errors: ['not_found', 'live_account', 'temporal_unavailable'],
    handler: ({ params: { id } }) => sandboxView(deps, id),
  });
}

function advanceRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/admin/sandbox-accounts/:id/advance',
    summary: 'Move the time of a sandbox account on',
    description:
      'What falls due on the way is done by the same workflows as ever; ask with GET until it is not running. Time never goes back.',
    tag,
    access: 'admin',
    params,
    body: advanceClock,
    response: { status: 202, description: 'It is on its way', schema: sandboxAccount },
    errors: ['not_found', 'live_account', 'conflict', 'invalid_request', 'temporal_unavailable'],
    handler: ({ session, params: { id }, body }) =>
      advanceSandbox(deps, actorOf(session), { accountId: id, to: new Date(body.to) }),
  });
}
