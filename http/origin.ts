import { DomainError } from '../billing/errors.ts';
import type { AppContext, Next } from './context.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that another site's page asks for with a customer's cookie. Browsers send Origin with every
 * such request; where it is missing only a request that says it is same-origin may carry a cookie.
 */
export function requireSameOrigin(publicUrl: string) {
  const { origin: ours } = new URL(publicUrl);
  return async (ctx: AppContext, next: Next) => {
    if (!safeMethods.has(ctx.method) && !comesFromUs(ctx, ours))
      throw new DomainError('origin_not_allowed', `Changes are only taken from pages of ${ours}`);
    await next();
  };
}

function comesFromUs(ctx: AppContext, ours: string): boolean {
  const { origin, cookie, 'sec-fetch-site': site } = ctx.req.headers;
  if (origin !== undefined) return origin === ours;
  return cookie === undefined || site === 'same-origin';
}
