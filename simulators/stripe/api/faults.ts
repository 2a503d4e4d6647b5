import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'koa';
import { matchesPattern, takeFault } from '../fault-store.ts';
import type { ActiveFault, Fault } from '../faults.ts';
import type { Simulator } from '../simulator.ts';
import { StripeError } from '../stripe-error.ts';

type Before = ActiveFault<'error_before' | 'cut_before' | 'slow'>;
type After = ActiveFault<'error_after' | 'cut_after' | 'hang_after'>;

export interface ApiFaults {
  before: Before | undefined;
  after: After | undefined;
}

/** The faults that strike this request: at most one before its effect and one after it. */
export function takeApiFaults(simulator: Simulator, method: string, path: string): ApiFaults {
  const strikes = (fault: { method?: string | undefined; path: string }) =>
    (fault.method === undefined || fault.method === method) && matchesPattern(fault.path, path);
  const take = <K extends Before['kind'] | After['kind']>(
    kinds: readonly K[],
  ): ActiveFault<K> | undefined => {
    for (const kind of kinds) {
      const found = takeFault(simulator.database, kind, (fault: Fault) => 'path' in fault && strikes(fault));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    before: take(['error_before', 'cut_before', 'slow'] as const),
    after: take(['error_after', 'cut_after', 'hang_after'] as const),
  };
}

/** Answers false where the connection is gone. */
export async function strikeBefore(context: Context, fault: Before | undefined): Promise<boolean> {
  if (fault?.kind === 'error_before') throw apiError(fault.status);
  if (fault?.kind === 'slow') await sleep(fault.ms);
  if (fault?.kind === 'cut_before') cut(context);
  return fault?.kind !== 'cut_before';
}

/** Answers false where the caller learns nothing, although the effect has happened. */
export function strikeAfter(context: Context, fault: After | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === 'error_after') throw apiError(fault.status);
  context.respond = false;
  if (fault.kind === 'cut_after') cut(context);
  else if (fault.ms !== undefined) setTimeout(() => context.req.socket.destroy(), fault.ms).unref();
  return false;
}

function cut(context: Context): void {
  context.respond = false;
  context.req.socket.destroy();
}

export function apiError(status: number): StripeError {
  if (status === 429) {
    return new StripeError(429, 'invalid_request_error', 'Too many requests hit the API too quickly.', {
      code: 'rate_limit',
    });
  }
  return new StripeError(status, 'api_error', 'An unknown error occurred (simulated).');
}
