import { describe, expect, it } from '@jest/globals';
import { admitToPlan, type PlanFacts, type PlannedModel } from './plan-admission.ts';
import type { PlanTerms } from './plans.ts';

const terms: PlanTerms = {
  name: 'Starter',
  modelAccess: 'all',
  requestsPerMinute: 20,
  tokensPerMinute: undefined,
  dailyCapNanos: 1n,
  dailyCapRequests: undefined,
  weeklyCapNanos: 3n,
  budgetNanos: 100n,
};
const free = { plan: { ...terms, name: 'Free', modelAccess: 'free' }, subscribed: false } as const;
const starter = { plan: terms, subscribed: true } as const;
const model = (kind: 'paid' | 'free' | 'wallet-only'): PlannedModel => ({
  id: 'gpt',
  free: kind === 'free',
  walletOnly: kind === 'wallet-only',
});
const over = { unit: 'requests', limitPerMinute: 20, asked: 1, retryAfterSeconds: 42 } as const;

/** In one word: what may pay, what opens the way only if there is own money, or the code of the refusal. */
function decide(facts: PlanFacts): string {
  const decision = admitToPlan(facts);
  if ('refusal' in decision) return decision.refusal.code;
  const { planPays, walletPays, laneOnly, otherwise } = decision.permit;
  const payers = [planPays && 'plan', walletPays && 'wallet'].filter(Boolean).join(' then ');
  return `${payers}${laneOnly ? ', if the wallet could' : ''}${otherwise ? `, else ${otherwise.code}` : ''}`;
}

describe('a plan', () => {
  it.each([
    // account, Pay2Go, model, rate → decision
    ['Starter', 'off', 'paid', 'within', 'plan'],
    ['Starter', 'off', 'free', 'within', 'plan'],
    ['Starter', 'off', 'paid', 'over', 'rate_limit_exceeded'],
    ['Starter', 'off', 'free', 'over', 'rate_limit_exceeded'],
    ['Starter', 'off', 'wallet-only', 'within', 'model_not_allowed'],
    ['Starter', 'off', 'wallet-only', 'over', 'model_not_allowed'],
    ['Starter', 'on', 'paid', 'within', 'plan then wallet'],
    ['Starter', 'on', 'paid', 'over', 'plan then wallet, if the wallet could, else rate_limit_exceeded'],
    ['Starter', 'on', 'wallet-only', 'within', 'wallet, else model_not_allowed'],
    ['Starter', 'on', 'wallet-only', 'over', 'wallet, else model_not_allowed'],
    ['Free', 'off', 'free', 'within', 'plan'],
    ['Free', 'off', 'free', 'over', 'rate_limit_exceeded'],
    ['Free', 'off', 'paid', 'within', 'model_not_allowed'],
    ['Free', 'on', 'free', 'within', 'plan then wallet'],
    ['Free', 'on', 'free', 'over', 'plan then wallet, if the wallet could, else rate_limit_exceeded'],
    // Whatever pools such an account has are its own.
    ['Free', 'on', 'paid', 'within', 'plan then wallet, else model_not_allowed'],
    ['Free', 'on', 'wallet-only', 'within', 'plan then wallet, else model_not_allowed'],
  ] as const)('%s with Pay2Go %s and a %s model, %s its rate: %s', (name, pay2go, kind, rate, decision) => {
    const account = name === 'Free' ? free : starter;
    const facts = { ...account, pay2go: pay2go === 'on', model: model(kind) };
    expect(decide({ ...facts, rate: rate === 'over' ? over : undefined })).toBe(decision);
  });

  it('says what would unlock a model', () => {
    const refused = (
      facts: Pick<PlanFacts, 'plan' | 'subscribed' | 'pay2go'>,
      kind: 'paid' | 'wallet-only',
    ) => {
      const decision = admitToPlan({ ...facts, model: model(kind), rate: undefined });
      return 'refusal' in decision ? decision.refusal : decision.permit.otherwise;
    };
    expect(refused({ ...free, pay2go: false }, 'paid')).toEqual({
      code: 'model_not_allowed',
      message:
        'The Free plan does not include the model gpt: subscribe to a plan that does, or switch Pay2Go on and top up your wallet.',
      param: 'model',
    });
    expect(refused({ ...starter, pay2go: true }, 'wallet-only')?.message).toBe(
      'The model gpt is paid from the wallet only: top up your wallet.',
    );
  });

  it('does not ask to wait where waiting does not help', () => {
    const rate = { unit: 'tokens', limitPerMinute: 1_000, asked: 16_500, retryAfterSeconds: 42 } as const;
    const decision = admitToPlan({ ...starter, pay2go: false, model: model('paid'), rate });
    expect(decision).toEqual({
      refusal: {
        code: 'rate_limit_exceeded',
        message:
          'This call can use up to 16500 tokens, and the Starter plan allows 1000 a minute: waiting does not help. Send ' +
          'less, or ask for less with max_tokens. This is not about your balance.',
      },
    });
  });

  it('never words a rate limit as a lack of money', () => {
    const decision = admitToPlan({ ...starter, pay2go: false, model: model('paid'), rate: over });
    expect(decision).toEqual({
      refusal: {
        code: 'rate_limit_exceeded',
        message:
          'The Starter plan allows 20 requests a minute. Try again in 42 s. This is not about your balance.',
        retryAfterSeconds: 42,
      },
    });
  });
});
