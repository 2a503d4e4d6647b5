import { admitToPlan, type Permit, planAllows } from '../billing/plan-admission.ts';
import { type Call, MIN_LOWERED_TOKENS } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { throwIfRefused } from './identify.ts';
import type { RateAnswer } from './rates.ts';

const uncounted: RateAnswer = { excess: undefined, headers: {}, ticket: undefined };

/** Whether the plan lets the call through, and what may pay for it. Throws when neither plan nor wallet can. */
export async function permitCall(deps: ProxyDeps, call: Call): Promise<Permit> {
  const { key, model, exchange, format } = call;
  const planned = { id: model.id, free: model.free || format.free === true, walletOnly: model.walletOnly };
  // What the plan does not include, only the wallet can pay: it knows no rate limit.
  const isPlanned = planAllows(key.plan, planned);
  if (isPlanned && !key.pay2go) fitIntoMinute(call, key.plan.tokensPerMinute);
  const counted = isPlanned ? await deps.rates.take(key.accountId, key.plan, tokensOf(call)) : uncounted;
  for (const [name, value] of Object.entries(counted.headers)) exchange.res.setHeader(name, value);
  call.rateTicket = counted.ticket;
  const decision = admitToPlan({
    plan: key.plan,
    subscribed: key.subscription !== undefined,
    pay2go: key.pay2go,
    model: planned,
    rate: counted.excess,
  });
  if ('permit' in decision) return decision.permit;
  throwIfRefused(decision.refusal);
  throw new Error('A refusal did not refuse');
}

/**
 * A model's own limit can be more than the plan allows a minute. Where the caller named none, the answer is no longer
 * than what fits; otherwise no such call would ever run.
 */
function fitIntoMinute(call: Call, tokensPerMinute: number | undefined): void {
  const { bound, request } = call;
  if (tokensPerMinute === undefined || request.outputLimit !== undefined) return;
  const output = bound.outputTokens * bound.choices;
  const outputTokens = Math.floor((tokensPerMinute - (tokensOf(call) - output)) / bound.choices);
  if (outputTokens >= bound.outputTokens || outputTokens < MIN_LOWERED_TOKENS) return;
  call.bound = { ...bound, outputTokens };
  call.loweredLimit = outputTokens;
}

function tokensOf({ bound }: Call): number {
  return bound.textTokens + bound.imageTokens + bound.audioTokens + bound.outputTokens * bound.choices;
}
