import { fromNodeHeaders } from 'better-auth/node';
import { DomainError, type ErrorCode } from '../billing/errors.ts';
import type { RoutedContext } from '../http/context.ts';
import { CLIENT_IP_HEADER } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import { forwardCookies } from './sessions.ts';

/**
 * Hands a request to better-auth as a web Request and answers with what it says. Not through its own Node
 * adapter: that would read a body without our limit and answer errors in a shape of its own.
 */
export async function forwardToAuth(
  { auth, config }: ApiDeps,
  ctx: RoutedContext,
  body?: unknown,
): Promise<unknown> {
  const headers = fromNodeHeaders(ctx.req.headers);
  headers.set(CLIENT_IP_HEADER, ctx.ip);
  headers.delete('content-length');
  if (ctx.method === 'POST') headers.set('content-type', 'application/json');
  const response = await auth.handler(
    new Request(new URL(ctx.url, config.PUBLIC_URL), {
      method: ctx.method,
      headers,
      ...(ctx.method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    }),
  );
  if (response.status >= 400) throw await refusalOf(response);
  forwardCookies(ctx, response.headers);
  const location = response.headers.get('location');
  if (location) {
    ctx.redirect(location);
    return undefined;
  }
  return response.json();
}

const codeByStatus: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limit_exceeded',
};

/** For forms: which field to mark. */
const paramByCode: Record<string, string> = {
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: 'email',
  INVALID_EMAIL: 'email',
  INVALID_PASSWORD: 'password',
  INVALID_TOKEN: 'token',
};

async function refusalOf(response: Response): Promise<DomainError> {
  const said = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
  const message = said.message ?? 'This did not work';
  if (said.code === 'ACCOUNT_SUSPENDED') return new DomainError('account_suspended', message);
  const retryAfter = Number(response.headers.get('x-retry-after'));
  const param = paramByCode[said.code ?? ''];
  return new DomainError(
    codeByStatus[response.status] ?? (response.status >= 500 ? 'internal_error' : 'invalid_request'),
    message,
    { ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}), ...(param ? { param } : {}) },
  );
}
