import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NANOS_PER_CENT, NANOS_PER_USD } from './money.ts';
import { type PoolUse, type SwitchInput, switchQuote } from './switch-quote.ts';

const DAY_MS = 24 * 3600 * 1000;
const usd = (dollars: number) => BigInt(dollars) * NANOS_PER_USD;
const pool = (spent: number, granted: number): PoolUse => ({
  spentNanos: BigInt(spent) * NANOS_PER_CENT,
  grantedNanos: BigInt(granted) * NANOS_PER_CENT,
});
const starter = (main: number, backup: number) => ({ main: pool(main, 1_200), backup: pool(backup, 3_000) });
const pro = (main: number, backup: number) => ({ main: pool(main, 6_000), backup: pool(backup, 15_000) });
const quote = (oldUsd: number, newUsd: number, days: number, pools: { main: PoolUse; backup: PoolUse }) =>
  switchQuote({ oldPriceNanos: usd(oldUsd), newPriceNanos: usd(newUsd), elapsedMs: days * DAY_MS, ...pools });

describe('the worked table of the specification', () => {
  it.each([
    ['Starter to Premium at once', quote(10, 25, 0, starter(0, 0)), 1_000, 900, 'floor'],
    ['Starter to Premium after a week', quote(10, 25, 7, starter(300, 0)), 2_500, 750, 'elapsed'],
    ['Starter to Premium, mostly spent', quote(10, 25, 1, starter(1_200, 1_500)), 8_750, 125, 'used'],
    ['Pro to Ultra', quote(50, 200, 14, pro(6_000, 3_000)), 8_000, 1_000, 'used'],
    [
      '$40 to $50',
      quote(40, 50, 0, { main: pool(0, 4_800), backup: pool(0, 12_000) }),
      1_000,
      1_000,
      'floor',
    ],
    ['Pro to Starter', quote(50, 10, 7, pro(0, 0)), 2_500, 0, 'elapsed'],
    ['Starter to Premium after four weeks', quote(10, 25, 28, starter(0, 0)), 10_000, 0, 'elapsed'],
  ])('%s', (_, { consumedBasisPoints, creditNanos, decidedBy }, basisPoints, cents, decided) => {
    expect([consumedBasisPoints, creditNanos, decidedBy]).toEqual([
      basisPoints,
      BigInt(cents) * NANOS_PER_CENT,
      decided,
    ]);
  });

  it('says when the price difference caps the credit', () => {
    const capped = quote(40, 50, 0, { main: pool(0, 4_800), backup: pool(0, 12_000) });
    expect(capped).toMatchObject({ capped: true, uncappedCreditNanos: usd(36), creditNanos: usd(10) });
    expect(quote(10, 25, 0, starter(0, 0))).toMatchObject({ capped: false, uncappedCreditNanos: usd(9) });
  });

  it('says why a credit is zero, and only then', () => {
    expect(quote(50, 10, 7, pro(0, 0)).zeroBecause).toBe('downgrade');
    expect(quote(50, 10, 28, pro(0, 0)).zeroBecause).toBe('downgrade');
    expect(quote(10, 25, 28, starter(0, 0)).zeroBecause).toBe('fully_consumed');
    expect(quote(10, 10, 0, starter(0, 0)).zeroBecause).toBe('same_price');
    expect(quote(10, 25, 0, starter(0, 0))).not.toHaveProperty('zeroBecause');
  });

  it('shows every term', () => {
    expect(quote(50, 200, 14, pro(6_000, 3_000))).toMatchObject({
      elapsedBasisPoints: 5_000,
      usedBasisPoints: 8_000,
      floorBasisPoints: 1_000,
      consumedBasisPoints: 8_000,
    });
  });
});

describe('the used share', () => {
  const used = (main: PoolUse, backup: PoolUse) => quote(10, 25, 0, { main, backup }).usedBasisPoints;

  it('is that of the one pool where the other was never granted', () => {
    expect(used(pool(500, 1_000), pool(0, 0))).toBe(5_000);
    expect(used(pool(0, 0), pool(500, 1_000))).toBe(5_000);
    expect(used(pool(0, 0), pool(0, 0))).toBe(0);
  });

  it('of a pool that was overspent is all of it', () => {
    expect(used(pool(2_000, 1_000), pool(0, 1_000))).toBe(7_500);
    expect(used(pool(0, 1_000), pool(9_000, 1_000))).toBe(2_500);
  });

  it('never shows as all while a bit is left', () => {
    expect(used(pool(999_999, 1_000_000), pool(0, 0))).toBe(9_999);
  });
});

it('rounds once, at the end: a third of $10 unused is $3.33', () => {
  const { creditNanos } = quote(10, 25, 0, { main: pool(2, 3), backup: pool(0, 0) });
  expect(creditNanos).toBe(333n * NANOS_PER_CENT);
});

const MAX = 2n ** 62n;
const nanos = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 0n, max: 500n * NANOS_PER_USD }),
  fc.constantFrom(0n, 1n, MAX),
);
const cents = fc.bigInt({ min: 0n, max: MAX / NANOS_PER_CENT }).map((count) => count * NANOS_PER_CENT);
const price = fc.oneof(
  fc.bigInt({ min: 0n, max: 30_000n }).map((count) => count * NANOS_PER_CENT),
  cents,
  nanos,
);
const use = fc.record({ grantedNanos: nanos, spentNanos: nanos });
const elapsedMs = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 0n, max: 32n * BigInt(DAY_MS) }),
  fc.nat(32 * DAY_MS),
);
const input: fc.Arbitrary<SwitchInput> = fc.record({
  oldPriceNanos: price,
  newPriceNanos: price,
  elapsedMs,
  main: use,
  backup: use,
});

describe('any credit', () => {
  it('is whole cents, never negative, never above the price difference nor above 90% of the old price', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { creditNanos, uncappedCreditNanos, capped, zeroBecause } = switchQuote(given);
        const difference = given.newPriceNanos - given.oldPriceNanos;
        expect(creditNanos >= 0n && creditNanos <= (difference > 0n ? difference : 0n)).toBe(true);
        expect(10n * creditNanos <= 9n * given.oldPriceNanos).toBe(true);
        expect(creditNanos % NANOS_PER_CENT).toBe(0n);
        expect(capped).toBe(creditNanos < uncappedCreditNanos);
        expect(zeroBecause === undefined).toBe(creditNanos > 0n);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never more after more time or more use', () => {
    const later = fc.record({ ms: fc.nat(32 * DAY_MS), main: nanos, backup: nanos });
    fc.assert(
      fc.property(input, later, (given, more) => {
        const after = switchQuote({
          ...given,
          elapsedMs: BigInt(given.elapsedMs) + BigInt(more.ms),
          main: { ...given.main, spentNanos: given.main.spentNanos + more.main },
          backup: { ...given.backup, spentNanos: given.backup.spentNanos + more.backup },
        });
        expect(after.creditNanos <= switchQuote(given).creditNanos).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows terms between none and all, and the greatest as what is consumed', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { elapsedBasisPoints, usedBasisPoints, floorBasisPoints, consumedBasisPoints, decidedBy } =
          switchQuote(given);
        const terms = { elapsed: elapsedBasisPoints, used: usedBasisPoints, floor: floorBasisPoints };
        expect(consumedBasisPoints).toBe(Math.max(...Object.values(terms)));
        expect(terms[decidedBy]).toBe(consumedBasisPoints);
        expect(Object.values(terms).every((term) => term >= 0 && term <= 10_000)).toBe(true);
      }),
    );
  });
});
