import { describe, expect, it } from '@jest/globals';
import { limitReached, type MetLimit } from './limit-refusals.ts';
import { planWeek } from './plans.ts';

const nowMs = Date.UTC(2026, 10, 21, 23, 59, 30, 500);
const midnight = Date.UTC(2026, 10, 22);
const met: MetLimit = {
  code: 'daily_cap_reached',
  of: 'Starter',
  limit: 1_000_000_000n,
  nowMs,
  resetsAtMs: midnight,
  walletAsked: false,
  inFlight: false,
};

describe('a limit that was met', () => {
  it('is named with its size, its reset and what helps sooner', () => {
    expect(limitReached(met)).toEqual({
      code: 'daily_cap_reached',
      message:
        'The daily cap of the Starter plan of $1.00 has no room for this call. It resets at 2026-11-22T00:00:00.000Z. ' +
        'Switch Pay2Go on to go on from your wallet now.',
      resetsAtMs: midnight,
      retryAfterSeconds: 30,
    });
    expect(limitReached({ ...met, walletAsked: true }).message).toMatch(/Top up your wallet to go on now\.$/);
  });

  it.each([
    ['daily_cap_reached', 'Starter', /^The daily cap of the Starter plan has no room/],
    ['key_limit_reached', 'day', /^The limit of the API key has no room/],
  ] as const)(
    'that only running calls fill (%s) is worth another try in seconds, not at its reset',
    (code, of, words) => {
      const refusal = limitReached({ ...met, code, of, inFlight: true });
      expect(refusal).toEqual({ code, message: expect.stringMatching(words), retryAfterSeconds: 5 });
      expect(refusal.message).toMatch(/while others are running\. Try again when they have ended\.$/);
    },
  );

  it('counts calls where the plan does', () => {
    expect(limitReached({ ...met, of: 'Free', limit: 1000n, calls: true }).message).toMatch(
      /^The daily cap of the Free plan of 1000 calls has no room/,
    );
  });

  it('does not tell what calls cost us', () => {
    const { message } = limitReached({ ...met, code: 'plan_budget_exhausted', limit: undefined });
    expect(message).toMatch(/^The usage budget of the Starter plan has no room/);
  });

  it('of a key that never resets names no time', () => {
    const refusal = limitReached({
      ...met,
      code: 'key_limit_reached',
      of: 'total',
      limit: 5_000_000_000n,
      resetsAtMs: undefined,
    });
    expect(refusal).toEqual({
      code: 'key_limit_reached',
      message:
        'The API key may spend $5.00 in all, which has no room for this call. Raise its limit in the console.',
    });
    expect(limitReached({ ...met, code: 'key_limit_reached', of: 'month' }).message).toMatch(
      /\$1\.00 a month/,
    );
  });

  it('never asks to retry in no time at all', () => {
    expect(limitReached({ ...met, nowMs: midnight - 1 }).retryAfterSeconds).toBe(1);
  });
});

describe('weeks of a plan', () => {
  const start = Date.UTC(2026, 9, 20, 13, 37);
  const day = 24 * 3600 * 1000;

  it.each([
    ['in the first second', 0, 0],
    ['just before seven days', 7 * day - 1, 0],
    ['after seven days', 7 * day, 1],
    ['in the fourth week, over a change of clocks', 25 * day, 3],
    ['by a clock that is behind', -5000, 0],
  ])('begin with its period: %s', (_, elapsed, week) => {
    const startMs = start + week * 7 * day;
    expect(planWeek(start, start + elapsed)).toEqual({ startMs, endMs: startMs + 7 * day });
  });
});
