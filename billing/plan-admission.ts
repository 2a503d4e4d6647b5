import type { Refusal } from './admission.ts';
import type { PlanTerms } from './plans.ts';

export interface PlanFacts {
  plan: PlanTerms;
  /** The plan is bought: its credits exist. Otherwise the account is Free and owns at most a wallet and vouchers. */
  subscribed: boolean;
  /** The wallet may pay, and lifts what the plan limits. */
  pay2go: boolean;
  model: PlannedModel;
  /** `undefined`: within the limits. */
  rate: RateExcess | undefined;
}

export interface PlannedModel {
  id: string;
  free: boolean;
  walletOnly: boolean;
}

export interface RateExcess {
  unit: 'requests' | 'tokens';
  limitPerMinute: number;
  /** What this call adds: more than the limit never fits. */
  asked: number;
  retryAfterSeconds: number;
}

/** How the call may be paid. Whether there is money for it is the database's to say. */
export interface Permit {
  /** Main and backup may pay. */
  planPays: boolean;
  walletPays: boolean;
  /** It is beyond the rate limit: only what the wallet could pay for runs. */
  laneOnly: boolean;
  /** The answer when the wallet had to open the way and is empty. */
  otherwise: Refusal | undefined;
}

export type Decision = { permit: Permit } | { refusal: Refusal };

/** Steps 3 to 5 of the specification: the Pay2Go lane, the plan's models, its rate limits. */
export function admitToPlan(facts: PlanFacts): Decision {
  const { plan, subscribed, pay2go, model, rate } = facts;
  if (!planAllows(plan, model)) {
    const refusal = modelNotAllowed(facts);
    if (!pay2go) return { refusal };
    return { permit: { planPays: !subscribed, walletPays: true, laneOnly: false, otherwise: refusal } };
  }
  if (!rate) return { permit: { planPays: true, walletPays: pay2go, laneOnly: false, otherwise: undefined } };
  const refusal = rateExceeded(plan, rate);
  if (!pay2go) return { refusal };
  return { permit: { planPays: true, walletPays: true, laneOnly: true, otherwise: refusal } };
}

export function planAllows(plan: PlanTerms, model: PlannedModel): boolean {
  return !model.walletOnly && (model.free || plan.modelAccess === 'all');
}

function modelNotAllowed({ plan, pay2go, model }: PlanFacts): Refusal {
  const wallet = pay2go ? 'top up your wallet' : 'switch Pay2Go on and top up your wallet';
  const message = model.walletOnly
    ? `The model ${model.id} is paid from the wallet only: ${wallet}.`
    : `The ${plan.name} plan does not include the model ${model.id}: subscribe to a plan that does, or ${wallet}.`;
  return { code: 'model_not_allowed', message, param: 'model' };
}

function rateExceeded(plan: PlanTerms, excess: RateExcess): Refusal {
  const { unit, limitPerMinute, asked, retryAfterSeconds } = excess;
  if (asked > limitPerMinute)
    return {
      code: 'rate_limit_exceeded',
      message:
        `This call can use up to ${asked} ${unit}, and the ${plan.name} plan allows ${limitPerMinute} a minute: waiting ` +
        'does not help. Send less, or ask for less with max_tokens. This is not about your balance.',
    };
  return {
    code: 'rate_limit_exceeded',
    message:
      `The ${plan.name} plan allows ${limitPerMinute} ${limitPerMinute === 1 ? unit.slice(0, -1) : unit} a minute. Try again in ${retryAfterSeconds} s. ` +
      'This is not about your balance.',
    retryAfterSeconds,
  };
}
