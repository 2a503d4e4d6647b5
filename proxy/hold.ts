import { affordableOutputTokens, mostItCanCost } from '../billing/call-bound.ts';
import { DomainError } from '../billing/errors.ts';
import { IN_FLIGHT_RETRY_SECONDS } from '../billing/limit-refusals.ts';
import { formatUsd } from '../billing/money.ts';
import type { Permit } from '../billing/plan-admission.ts';
import { httpStatus } from '../http/errors.ts';
import { type Call, MIN_LOWERED_TOKENS } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { throwIfRefused } from './identify.ts';
import { limitRefusal } from './limit-error.ts';
import { limitsOf } from './limits.ts';
import type { HoldAnswer } from './meter/waiting.ts';

// The hold outlives the longest call by the time that its settlement may take.
const SETTLE_SECONDS = 60;

type Refused = Extract<HoldAnswer, { accepted: false }>;

/**
 * Holds the most that the call can cost. Where the caller named no limit and what is left is too little for the
 * model's own, lowers the limit to what is affordable. Throws what stands in the way: a cap, the key's limit, money.
 */
export async function takeHold(deps: ProxyDeps, call: Call, permit: Permit): Promise<void> {
  try {
    await holdOrRefuse(deps, call, permit);
  } catch (error) {
    // A database that is away is no reason to make the caller wait a minute for the next try.
    if (isOurs(error)) deps.rates.giveBack(call.rateTicket);
    throw error;
  }
}

function isOurs(error: unknown): boolean {
  return !(error instanceof DomainError) || httpStatus[error.code] >= 500;
}

async function holdOrRefuse(deps: ProxyDeps, call: Call, permit: Permit): Promise<void> {
  const needed = mostItCanCost(call.model.price, call.bound, call.key.groupPpm);
  const answer = await ask(deps, call, permit, needed);
  if (answer.accepted) return;
  const outputTokens = loweredOutput(call, answer);
  if (outputTokens < MIN_LOWERED_TOKENS) return refuse(deps, call, permit, needed, answer);
  call.bound = { ...call.bound, outputTokens };
  call.loweredLimit = outputTokens;
  const again = await ask(deps, call, permit, mostItCanCost(call.model.price, call.bound, call.key.groupPpm));
  // Another call took the money in between.
  if (!again.accepted) return refuse(deps, call, permit, needed, again);
}

function loweredOutput({ request, model, bound, key }: Call, { limit, availableNanos }: Refused): number {
  if (request.outputLimit !== undefined || limit === 'lane_closed') return 0;
  return affordableOutputTokens(model.price, bound, key.groupPpm, availableNanos);
}

function ask(deps: ProxyDeps, call: Call, permit: Permit, amountNanos: bigint): Promise<HoldAnswer> {
  return deps.meter.hold({
    id: call.exchange.id,
    accountId: call.key.accountId,
    amountNanos,
    apiKeyId: call.key.keyId,
    modelId: call.model.id,
    route: call.route,
    streamed: call.request.streamed,
    seconds: deps.settings.callMaxSeconds + SETTLE_SECONDS,
    limits: limitsOf(call, permit, amountNanos),
  });
}

async function refuse(
  deps: ProxyDeps,
  call: Call,
  permit: Permit,
  needed: bigint,
  { limit, availableNanos, inFlight }: Refused,
): Promise<never> {
  deps.rates.correct(call.rateTicket, 0);
  if (limit === 'lane_closed') throwIfRefused(permit.otherwise);
  else if (limit) throwIfRefused(limitRefusal(call, permit, limit, inFlight));
  // Who never had money to spend is told what the plan lacks; who spent it, that it is spent.
  else if (permit.otherwise && availableNanos === 0n && !(await deps.hasOwnMoney(call.key.accountId)))
    throwIfRefused(permit.otherwise);
  throw insufficient(deps, call, needed, { availableNanos, inFlight });
}

function insufficient(
  deps: ProxyDeps,
  call: Call,
  needed: bigint,
  { availableNanos, inFlight }: Pick<Refused, 'availableNanos' | 'inFlight'>,
): DomainError {
  const { textTokens, imageTokens, audioTokens, outputTokens, choices } = call.bound;
  const input = textTokens + imageTokens + audioTokens;
  const cost = `This call can cost up to $${formatUsd(needed)} (at most ${input} tokens in and ${outputTokens * choices} out)`;
  const { topUpUrl } = deps.settings;
  const available = `$${formatUsd(availableNanos)} is available`;
  if (inFlight)
    return new DomainError(
      'insufficient_balance',
      `${cost} and ${available} while other calls are running. Try again when they have ended, top up at ${topUpUrl} or ask for less with max_tokens.`,
      { retryAfterSeconds: IN_FLIGHT_RETRY_SECONDS },
    );
  return new DomainError(
    'insufficient_balance',
    `${cost} and ${available}. Top up at ${topUpUrl} or ask for less with max_tokens.`,
  );
}
