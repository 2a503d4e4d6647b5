import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextStep, type Step, type StepCharge, type StepFacts } from './subscription-step.ts';
import { type ChargeStatus, DAY_MS } from './subscriptions.ts';

const rules = { retryDays: [1, 3, 5, 7], graceDays: 3, reminderDays: 3 };
const end = new Date('2027-03-31T12:00:00Z');
const day = (days: number) => new Date(end.getTime() + days * DAY_MS);

const usual: StepFacts = {
  at: day(0),
  status: 'active',
  kind: 'renewing',
  renewal: 'pull',
  periodEnd: end,
  cancelled: false,
  hasNextPlan: false,
  hasPaymentMethod: true,
  priceNanos: 10_000_000_000n,
  next: undefined,
  charges: [],
  undecidedChargeId: undefined,
};

const attempt = (at: number, status: ChargeStatus = 'declined', cardChangedSince = false): StepCharge => ({
  status,
  dueAt: day(at),
  cardChangedSince,
});
const tries = (...days: number[]) => days.map((at) => attempt(at));
const step = (facts: Partial<StepFacts>): Step => nextStep({ ...usual, ...facts }, rules);
const awaits = (days: number, because = 'declined') => ({ kind: 'await_payment', until: day(days), because });
const rests = (days: number) => ({ kind: 'rest', until: day(days) });
const due = { status: 'due' } as const;
const paid = { status: 'paid' } as const;
const invoice = { renewal: 'invoice' } as const;
const providerRun = { renewal: 'provider_run' } as const;
const pass = { kind: 'pass' } as const;

describe('the next step of a plan that', () => {
  it.each<[string, Partial<StepFacts>, object]>([
    ['is paid and runs', { at: day(-1) }, rests(0)],
    ['has ended', { status: 'ended' }, { kind: 'rest', until: null }],
    ['is due and has a card', {}, { kind: 'charge' }],
    ['is due and costs nothing', { priceNanos: 0n, hasPaymentMethod: false }, { kind: 'renew' }],
    ['is paid ahead and runs', { at: day(-1), next: paid }, rests(0)],
    ['is paid ahead and over', { next: paid }, { kind: 'renew' }],
    ['is cancelled and paid ahead', { next: paid, cancelled: true }, { kind: 'renew' }],
    ['is cancelled and runs', { cancelled: true, at: day(-1) }, rests(0)],
    ['is cancelled and over', { cancelled: true }, { kind: 'end', because: 'cancelled' }],
    ['is a pass and runs', { ...pass, at: day(-1) }, rests(0)],
    ['is a pass and over', pass, { kind: 'end', because: 'pass_over' }],
    ['is a pass that goes on as a plan', { ...pass, hasNextPlan: true }, { kind: 'charge' }],
    ['its provider charges, and runs', { ...providerRun, at: day(-1) }, rests(0)],
    ['its provider charges, and is over', providerRun, { kind: 'ask_provider' }],
    [
      'its provider did not charge in the grace',
      { ...providerRun, at: day(3) },
      { kind: 'end', because: 'unpaid' },
    ],
    ['is paid by hand, long before its end', { ...invoice, at: day(-10) }, rests(-3)],
    ['is paid by hand, shortly before its end', { ...invoice, at: day(-3) }, { kind: 'remind' }],
    ['is paid by hand, reminded', { ...invoice, at: day(-2), next: due }, rests(0)],
    ['is paid by hand, and over', { ...invoice, next: due }, awaits(3, 'awaiting_payment')],
    [
      'is paid by hand, after the grace',
      { ...invoice, next: due, at: day(3) },
      { kind: 'end', because: 'unpaid' },
    ],
    ['has lost its card', { at: day(-3), hasPaymentMethod: false }, { kind: 'remind' }],
    ['was declined once', { next: due, charges: tries(0) }, awaits(1)],
    ['was declined a day ago', { next: due, at: day(1), charges: tries(0) }, { kind: 'charge' }],
    ['was declined twice', { next: due, at: day(1), charges: tries(0, 1) }, awaits(3)],
    [
      'was declined on the last day',
      { next: due, at: day(7), charges: tries(0, 1, 3, 5) },
      { kind: 'charge' },
    ],
    [
      'was declined for good',
      { next: due, at: day(7), charges: tries(0, 1, 3, 5, 7) },
      { kind: 'end', because: 'unpaid' },
    ],
    [
      'needs its customer',
      { next: due, at: day(1), charges: [attempt(0, 'needs_authentication')] },
      awaits(7, 'needs_authentication'),
    ],
    [
      'needed its customer, who did not come',
      { next: due, at: day(7), charges: [attempt(0, 'needs_authentication')] },
      { kind: 'end', because: 'unpaid' },
    ],
    [
      'was declined and has another card',
      { next: due, charges: [attempt(0, 'declined', true)] },
      { kind: 'charge' },
    ],
    [
      'was declined and has no card any more',
      { next: due, at: day(2), hasPaymentMethod: false, charges: tries(0) },
      awaits(7),
    ],
  ])('%s', (_, facts, expected) => {
    expect(step(facts)).toEqual(expected);
  });

  it('was not looked at for weeks after a decline is tried once, not once for each day that was missed', () => {
    const next = { next: due, at: day(20) };
    expect(step({ ...next, charges: tries(0) })).toEqual({ kind: 'charge' });
    expect(step({ ...next, charges: tries(0, 20) })).toEqual({ kind: 'end', because: 'unpaid' });
    expect(step({ next: due, at: day(2.9), charges: tries(0, 2.8) })).toEqual(awaits(3.8));
  });

  it('has a charge whose fate is unknown is asked about, whatever else is the case', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(nextStep({ ...facts, undecidedChargeId: 'c1' }, rules)).toEqual({
          kind: 'ask_about_charge',
          chargeId: 'c1',
        });
      }),
    );
  });
});

const someDay = fc.integer({ min: -40, max: 40 }).map((half) => day(half / 2));
const chargeStatus = fc.constantFrom<ChargeStatus>('declined', 'needs_authentication');
const anyFacts: fc.Arbitrary<StepFacts> = fc.record({
  at: someDay,
  status: fc.constantFrom('active' as const, 'past_due' as const),
  kind: fc.constantFrom('renewing' as const, 'pass' as const),
  renewal: fc.constantFrom('pull' as const, 'provider_run' as const, 'invoice' as const),
  periodEnd: fc.constant(end),
  cancelled: fc.boolean(),
  hasNextPlan: fc.boolean(),
  hasPaymentMethod: fc.boolean(),
  priceNanos: fc.constantFrom(0n, 10_000_000_000n),
  next: fc.constantFrom(undefined, due, paid),
  charges: fc
    .array(fc.record({ status: chargeStatus, dueAt: someDay, cardChangedSince: fc.boolean() }), {
      maxLength: 6,
    })
    .map((list) => list.sort((a, b) => +a.dueAt - +b.dueAt)),
  undecidedChargeId: fc.constant(undefined),
});

type Answer = 'unknown' | 'declined' | 'needs_authentication' | 'succeeded';
const answers = fc.array(
  fc.constantFrom<Answer>('unknown', 'unknown', 'declined', 'declined', 'needs_authentication', 'succeeded'),
  { minLength: 20, maxLength: 20 },
);

/** Does what a step says, as Postgres and a provider with that answer would. */
function carryOut(facts: StepFacts, step: Step, answer: Answer): StepFacts {
  switch (step.kind) {
    case 'rest':
    case 'await_payment':
      return { ...facts, at: step.until ?? facts.at };
    case 'renew':
      return {
        ...usual,
        renewal: facts.renewal,
        hasPaymentMethod: facts.hasPaymentMethod,
        at: facts.at,
        periodEnd: new Date(+facts.at + 30 * DAY_MS),
      };
    case 'remind':
      return { ...facts, next: due };
    case 'end':
      return { ...facts, status: 'ended' };
    case 'charge':
      return {
        ...facts,
        next: due,
        undecidedChargeId: 'c',
        charges: [...facts.charges, { status: 'unknown', dueAt: facts.at, cardChangedSince: false }],
      };
    case 'ask_provider':
      return answer === 'succeeded'
        ? { ...facts, next: paid }
        : { ...facts, at: new Date(+facts.at + 3_600_000) };
    case 'ask_about_charge':
      return decided(facts, answer);
  }
}

function decided(facts: StepFacts, answer: Answer): StepFacts {
  if (answer === 'unknown') return { ...facts, at: new Date(+facts.at + 3_600_000) };
  const latest = { dueAt: facts.charges.at(-1)?.dueAt ?? facts.at, cardChangedSince: false, status: answer };
  return {
    ...facts,
    undecidedChargeId: undefined,
    next: answer === 'succeeded' ? paid : facts.next,
    charges: [...facts.charges.slice(0, -1), latest],
  };
}

describe('whatever the state, the times and the answers', () => {
  it('no charge begins while one is undecided, nor two of one card within half a day, and time always moves', () => {
    fc.assert(
      fc.property(anyFacts, answers, (start, given) => {
        let facts = start;
        for (const answer of given) {
          const next = nextStep(facts, rules);
          if (next.kind === 'charge') {
            expect(facts.undecidedChargeId).toBeUndefined();
            const latest = facts.charges.at(-1);
            if (latest && !latest.cardChangedSince)
              expect(+facts.at - +latest.dueAt).toBeGreaterThanOrEqual(DAY_MS / 2);
          }
          if (next.kind === 'await_payment') expect(+next.until).toBeGreaterThan(+facts.at);
          if (next.kind === 'rest' && next.until) expect(+next.until).toBeGreaterThan(+facts.at);
          facts = carryOut(facts, next, answer);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a plan that nobody pays any more has ended after at most two months and a week', () => {
    fc.assert(
      fc.property(anyFacts, (start) => {
        fc.pre(start.priceNanos > 0n);
        let facts = start;
        let asked = 0;
        while (facts.status !== 'ended') {
          facts = carryOut(facts, nextStep(facts, rules), 'declined');
          expect(++asked).toBeLessThan(200);
        }
        expect(+facts.at).toBeLessThanOrEqual(+day(20 + 30 + 30 + 7));
      }),
      { numRuns: 500 },
    );
  });
});
