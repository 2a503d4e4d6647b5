import { z } from 'zod';
import { DomainError } from '../../billing/errors.ts';
import { formatUsd, parseUsd } from '../../billing/money.ts';
import { listKeys, type SpendLimit, type StoredKey } from '../../db/api-keys.ts';
import type { Session } from '../../http/session.ts';
import type { ApiDeps } from '../deps.ts';
import { changeApiKey, createApiKey, revokeApiKey } from '../keys.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  type ApiKey,
  apiKey,
  apiKeyList,
  changeKey as change,
  createdKey,
  createKey,
} from '../schemas/keys.ts';

const tag = 'API keys';
const params = z.object({ id: z.uuid() });

export function keyRoutes(deps: ApiDeps): Route[] {
  return [listRoute(deps), createRoute(deps), changeRoute(deps), revokeRoute(deps)];
}

function listRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/keys',
    summary: 'Keys of the account, revoked ones last',
    tag,
    access: 'session',
    response: { status: 200, description: 'The keys, without their secrets', schema: apiKeyList },
    handler: async ({ session }) => ({ items: (await listKeys(db, session.accountId)).map(toWire) }),
  });
}

function createRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/keys',
    summary: 'Make a key',
    description: 'The secret is in this answer only. An address without a prefix length allows just itself.',
    tag,
    access: 'session',
    body: createKey,
    response: { status: 201, description: 'The key with its secret', schema: createdKey },
    errors: ['email_not_verified'],
    handler: async ({ ctx, session, body }) => {
      requireVerifiedEmail(deps, session);
      const { name, expires_in_days: expiresInDays, models, ip_ranges: ipRanges } = body;
      const { accountId } = session;
      const spendLimit = body.spend_limit && toSpendLimit(body.spend_limit);
      const wanted = { accountId, name, expiresInDays, models, ipRanges, spendLimit };
      const made = await createApiKey(deps, wanted, session);
      ctx.set('Cache-Control', 'no-store');
      return { ...toWire(made), key: made.key };
    },
  });
}

function changeRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'patch',
    path: '/api/keys/:id',
    summary: 'Change a key: name, models, addresses, spend limit, expiry',
    description: 'Works within a second on every proxy. A field that is absent stays; null lifts that limit.',
    tag,
    access: 'session',
    params,
    body: change,
    response: { status: 200, description: 'The key as it is now', schema: apiKey },
    errors: ['not_found'],
    handler: async ({ session, params: { id }, body }) => {
      const { name, models, ip_ranges: ipRanges, spend_limit: limit, expires_at: expiresAt } = body;
      const changed = await changeApiKey(db, session, id, {
        name,
        models,
        ipRanges,
        spendLimit: limit && toSpendLimit(limit),
        expiresAt: expiresAt == null ? expiresAt : new Date(expiresAt),
      });
      return toWire(changed);
    },
  });
}

function revokeRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/api/keys/:id',
    summary: 'Revoke a key',
    description: 'Works within a second on every proxy. Revoking again changes nothing.',
    tag,
    access: 'session',
    params,
    response: { status: 204, description: 'Revoked' },
    errors: ['not_found'],
    handler: ({ session, params: { id } }) => revokeApiKey(db, session, id),
  });
}

function requireVerifiedEmail({ config }: ApiDeps, session: Session): void {
  if (config.REQUIRE_VERIFIED_EMAIL && !session.emailVerified)
    throw new DomainError(
      'email_not_verified',
      'Confirm your e-mail address first: open the link that we sent you',
    );
}

function toSpendLimit(limit: { amount_usd: string; window: SpendLimit['window'] }): SpendLimit {
  const nanos = parseUsd(limit.amount_usd);
  if (nanos === undefined) throw new RangeError('The schema lets only amounts through');
  return { nanos, window: limit.window };
}

function toWire(key: StoredKey): ApiKey {
  const { spendLimitNanos: nanos, spendLimitWindow: window } = key;
  return {
    id: key.id,
    name: key.name,
    start: key.start,
    models: key.models,
    ip_ranges: key.ipRanges,
    spend_limit: nanos !== null && window ? { amount_usd: formatUsd(nanos), window } : null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
  };
}
