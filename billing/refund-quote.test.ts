import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NANOS_PER_CENT, NANOS_PER_USD } from './money.ts';
import { partOfPayment, type RefundInput, refundQuote } from './refund-quote.ts';
import { type PoolUse, switchQuote } from './switch-quote.ts';

const cents = (count: number) => BigInt(count) * NANOS_PER_CENT;
const pool = (spent: number, granted: number): PoolUse => ({
  spentNanos: cents(spent),
  grantedNanos: cents(granted),
});
/** A Starter: $10 for 1,200 credits with the bonus and 3,000 in the backup. */
const starter = (main: number, backup = 0) =>
  refundQuote({ priceNanos: cents(1_000), main: pool(main, 1_200), backup: pool(backup, 3_000) });

describe('what a refund of a Starter gives', () => {
  it.each([
    ['untouched', starter(0), 0, 1_000],
    ['a quarter spent: the bonus comes back in proportion', starter(300), 2_500, 750],
    ['a cent spent: rounded down', starter(1), 8, 999],
    ['all but a cent spent: less than a cent is nothing', starter(1_199), 9_991, 0],
    ['spent', starter(1_200), 10_000, 0],
    ['spent, with the backup untouched', starter(1_200, 0), 10_000, 0],
    ['a third of the backup spent while main was held', starter(0, 1_000), 833, 916],
    ['all of the backup spent while main was held', starter(0, 3_000), 2_500, 750],
  ])('%s', (_, quote, usedBasisPoints, paidBack) => {
    expect(quote).toEqual({ usedBasisPoints, amountNanos: cents(paidBack) });
  });
});

describe('a part of a payment in its own currency', () => {
  it('is worked out at the rate of the payment, rounded down', () => {
    const paid = { amountMinor: 7_123n, amountNanos: cents(1_000) };
    expect(partOfPayment(cents(1_000), paid)).toBe(7_123n);
    expect(partOfPayment(cents(333), paid)).toBe(2_371n);
    expect(partOfPayment(0n, paid)).toBe(0n);
  });
});

const MAX = 2n ** 62n;
const nanos = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 0n, max: 500n * NANOS_PER_USD }),
  fc.constantFrom(0n, 1n, MAX),
);
const use = fc.record({ grantedNanos: nanos, spentNanos: nanos });
const input: fc.Arbitrary<RefundInput> = fc.record({ priceNanos: nanos, main: use, backup: use });

describe('any refund', () => {
  it('is whole cents, never negative, never more than was paid', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { amountNanos, usedBasisPoints } = refundQuote(given);
        expect(amountNanos >= 0n && amountNanos <= given.priceNanos).toBe(true);
        expect(amountNanos % NANOS_PER_CENT).toBe(0n);
        expect(usedBasisPoints >= 0 && usedBasisPoints <= 10_000).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never a greater share of the price than main is unspent, and at most a cent less without a backup', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { grantedNanos, spentNanos } = given.main;
        const left = grantedNanos > spentNanos ? grantedNanos - spentNanos : 0n;
        const share = (amountNanos: bigint) => amountNanos * grantedNanos <= given.priceNanos * left;
        const { amountNanos } = refundQuote(given);
        fc.pre(grantedNanos > 0n);
        expect(share(amountNanos)).toBe(true);
        const none = { grantedNanos: 0n, spentNanos: 0n };
        expect(share(refundQuote({ ...given, backup: none }).amountNanos + NANOS_PER_CENT)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never more after more use, nor after use of the backup than what a switch counts as used', () => {
    fc.assert(
      fc.property(input, nanos, nanos, (given, main, backup) => {
        const after = {
          ...given,
          main: { ...given.main, spentNanos: given.main.spentNanos + main },
          backup: { ...given.backup, spentNanos: given.backup.spentNanos + backup },
        };
        expect(refundQuote(after).amountNanos <= refundQuote(given).amountNanos).toBe(true);
        const switched = switchQuote({ ...given, oldPriceNanos: 0n, newPriceNanos: 0n, elapsedMs: 0 });
        expect(refundQuote(given).usedBasisPoints).toBeGreaterThanOrEqual(switched.usedBasisPoints);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a part of a payment is never more than the payment', () => {
    const paid = fc.record({ amountMinor: nanos, amountNanos: fc.bigInt({ min: 1n, max: MAX }) });
    fc.assert(
      fc.property(paid, nanos, (payment, any) => {
        const minor = partOfPayment(any % (payment.amountNanos + 1n), payment);
        expect(minor >= 0n && minor <= payment.amountMinor).toBe(true);
      }),
    );
  });
});
