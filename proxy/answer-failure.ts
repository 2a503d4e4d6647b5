import type { Failure } from './attempts.ts';
import { type Call, settle } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { sendError } from './errors.ts';

/** The status of a caller who hung up, as others write it in their logs. */
export const CLIENT_CLOSED = 499;

/** Nothing was produced: the hold is released, nothing is charged, and the caller hears why. */
export async function answerFailure(deps: ProxyDeps, call: Call, failure: Failure): Promise<void> {
  const { error, verdict, upstreamId } = failure;
  const httpStatus = call.exchange.left ? CLIENT_CLOSED : error.status;
  await settle(deps, call, { verdict, httpStatus, upstreamId, firstByteMs: undefined });
  deps.metrics.refused(error.code);
  sendError(call.exchange.res, error, call.exchange.id);
}
