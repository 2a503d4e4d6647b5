import { isAPIError } from 'better-auth/api';
import { fromNodeHeaders } from 'better-auth/node';
import { DomainError } from '../billing/errors.ts';
import { ensureAccount } from '../db/accounts.ts';
import type { Db } from '../db/connection.ts';
import type { AppContext } from '../http/context.ts';
import { type Role, roles, type SessionReader } from '../http/session.ts';
import type { Auth } from './auth.ts';

/** Reads the session of the request's cookie and prolongs it where it is due. */
export function createSessionReader(auth: Auth, db: Db): SessionReader {
  return async (ctx) => {
    if (!ctx.headers.cookie) return undefined;
    const headers = fromNodeHeaders({ cookie: ctx.headers.cookie });
    const found = await auth.api.getSession({ headers, returnHeaders: true }).catch(noSessionOrOutage);
    if (found) forwardCookies(ctx, found.headers);
    if (!found?.response) return undefined;
    const { user } = found.response;
    const account = await ensureAccount(db, user.id);
    if (account.status === 'suspended')
      throw new DomainError('account_suspended', 'This account is suspended. Write to support.');
    return {
      accountId: account.id,
      userId: user.id,
      email: user.email,
      name: user.name,
      emailVerified: user.emailVerified,
      role: roleOf(user.role),
    };
  };
}

/** The library answers 401 for a session that ended meanwhile, and hides what its query met behind a 500. */
function noSessionOrOutage(error: unknown): undefined {
  if (!isAPIError(error)) throw error;
  if (error.statusCode === 401) return undefined;
  throw new DomainError('database_unavailable', 'Your session could not be read. Try again shortly.', {
    retryAfterSeconds: 5,
    cause: error,
  });
}

export function forwardCookies(ctx: AppContext, headers: Headers): void {
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) ctx.append('Set-Cookie', cookies);
}

function roleOf(stored: string | null | undefined): Role {
  return roles.find((role) => role === stored) ?? 'customer';
}
