import { noUsage } from '../../billing/usage.ts';
import type { HoldRequest, Settlement } from '../../db/metering.ts';

/** Ends a call that never reached its upstream. */
export function releaseOf(hold: HoldRequest): Settlement {
  return {
    id: hold.id,
    accountId: hold.accountId,
    apiKeyId: hold.apiKeyId,
    modelId: hold.modelId,
    priceVersion: undefined,
    upstreamId: undefined,
    route: hold.route,
    streamed: hold.streamed,
    outcome: 'refused',
    estimated: false,
    httpStatus: 503,
    usage: noUsage,
    chargeNanos: 0n,
    costNanos: 0n,
    startedAt: new Date(),
    firstByteMs: undefined,
    durationMs: 0,
  };
}
