import type { CallBound } from '../billing/call-bound.ts';
import type { Verdict } from '../billing/outcome.ts';
import { chargeOf, costOf } from '../billing/pricing.ts';
import type { CatalogModel } from '../db/catalog.ts';
import type { KeySnapshot } from '../db/keys.ts';
import type { Settlement } from '../db/metering.ts';
import type { CallRequest, UpstreamFormat } from '../providers/upstream.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { RateTicket } from './rates.ts';

/** A shorter answer than this is not worth its prompt: better to say what is missing. */
export const MIN_LOWERED_TOKENS = 16;

/** One metered call, from admission to settlement. */
export interface Call {
  exchange: Exchange;
  route: string;
  format: UpstreamFormat;
  key: KeySnapshot;
  model: CatalogModel;
  request: CallRequest;
  /** With the limit that was paid for. */
  bound: CallBound;
  /** What the upstream is told, when it is less than the caller asked or the model allows. */
  loweredLimit: number | undefined;
  /** What the call was counted with against the plan's rates. */
  rateTicket?: RateTicket | undefined;
}

/** How the call ended, and what the caller got. */
export interface Ending {
  verdict: Verdict;
  httpStatus: number;
  upstreamId: string | undefined;
  firstByteMs: number | undefined;
}

/** Charges the call and releases its hold. `false`: it could not be charged, so its last byte must not be sent. */
export async function settle(deps: ProxyDeps, call: Call, ending: Ending): Promise<boolean> {
  const { exchange } = call;
  deps.metrics.callEnded(call.route, ending.verdict.outcome, exchange.elapsedMs());
  try {
    deps.rates.correct(call.rateTicket, tokensUsed(ending.verdict));
    const answer = await deps.meter.settle(settlementOf(call, ending));
    if (answer === 'settled') return true;
    deps.log.error({ traceId: exchange.id }, 'A call ended after its hold was voided and was not charged');
  } catch (err) {
    deps.log.error({ err, traceId: exchange.id }, 'A call was not settled; its hold will be voided');
  }
  return false;
}

function tokensUsed({ usage }: Verdict): number {
  const { units: _, ...tokens } = usage;
  return Object.values(tokens).reduce((sum, count) => sum + count, 0);
}

function settlementOf(call: Call, ending: Ending): Settlement {
  const { exchange, key, model } = call;
  const { outcome, usage, estimated, billed } = ending.verdict;
  return {
    id: exchange.id,
    accountId: key.accountId,
    apiKeyId: key.keyId,
    modelId: model.id,
    // Versions start at 1: a free model may have no price.
    priceVersion: model.price.version || undefined,
    upstreamId: ending.upstreamId,
    route: call.route,
    streamed: call.request.streamed,
    outcome,
    estimated,
    httpStatus: ending.httpStatus,
    usage,
    chargeNanos: billed ? chargeOf(model.price, usage, key.groupPpm) : 0n,
    costNanos: billed ? costOf(model.price, usage) : 0n,
    startedAt: exchange.startedAt,
    firstByteMs: ending.firstByteMs,
    durationMs: exchange.elapsedMs(),
  };
}
