import { formatUsd, formatUsdFloor } from '../../billing/money.ts';
import { type Account, ensureAccount } from '../../db/accounts.ts';
import { listPoolBalances, type PoolBalance } from '../../db/balances.ts';
import type { Session } from '../../http/session.ts';
import { changeSettings } from '../account-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { type Balance, balance, changeMe, type Me, me } from '../schemas/account.ts';
import { renameUser } from '../users.ts';

const tag = 'Account';

export function accountRoutes(deps: ApiDeps): Route[] {
  return [meRoute(deps), changeRoute(deps), balanceRoute(deps)];
}

function meRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/me',
    summary: 'The signed-in account',
    tag,
    access: 'session',
    response: { status: 200, description: 'The account', schema: me },
    handler: async ({ session }) => toWire(deps, session, await ensureAccount(deps.db, session.accountId)),
  });
}

function changeRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'patch',
    path: '/api/me',
    summary: 'Change name, time zone, display currency or Pay2Go',
    description:
      'Daily caps reset at midnight of the time zone. The currency changes display only. Pay2Go decides from the next call on.',
    tag,
    access: 'session',
    body: changeMe,
    response: { status: 200, description: 'The account as it is now', schema: me },
    handler: async ({ session, body }) => {
      const { name, time_zone: timeZone, display_currency: displayCurrency, pay2go } = body;
      if (name !== undefined) await renameUser(deps.auth, session.userId, name);
      const account = await changeSettings(deps.db, session, { timeZone, displayCurrency, pay2go });
      return toWire(deps, { ...session, name: name ?? session.name }, account);
    },
  });
}

function balanceRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/balance',
    summary: 'What can be spent, by pool',
    tag,
    access: 'session',
    response: { status: 200, description: 'Pools in the order in which calls draw them', schema: balance },
    handler: async ({ session }) => summarise(await listPoolBalances(db, session.accountId)),
  });
}

function toWire({ config }: ApiDeps, session: Session, account: Account): Me {
  const proxy = config.PROXY_PUBLIC_URL ?? `http://${config.PROXY_HOST}:${config.PROXY_PORT}`;
  return {
    account_id: account.id,
    email: session.email,
    email_verified: session.emailVerified,
    name: session.name,
    role: session.role,
    status: account.status,
    referral_code: account.referralCode,
    time_zone: account.timeZone,
    display_currency: account.displayCurrency,
    pay2go: account.pay2go,
    proxy_url: new URL('/v1', proxy).href,
    created_at: account.createdAt.toISOString(),
  };
}

function summarise(pools: PoolBalance[]): Balance {
  const spendable = pools.filter((pool) => pool.spendable);
  const held = spendable.reduce((sum, pool) => sum + pool.heldNanos, 0n);
  const available = spendable.reduce((sum, pool) => sum + pool.postedNanos, -held);
  return {
    available_usd: formatUsd(available),
    held_usd: formatUsd(held),
    display_usd: formatUsdFloor(available),
    pools: pools.map((pool) => ({
      pool: pool.pool,
      posted_usd: formatUsd(pool.postedNanos),
      held_usd: formatUsd(pool.heldNanos),
      available_usd: formatUsd(pool.postedNanos - pool.heldNanos),
      spendable: pool.spendable,
      expires_at: pool.expiresAt?.toISOString() ?? null,
    })),
  };
}
