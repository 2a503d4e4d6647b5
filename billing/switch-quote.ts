import { NANOS_PER_CENT } from './money.ts';

export interface PoolUse {
  grantedNanos: bigint;
  spentNanos: bigint;
}

export interface SwitchInput {
  oldPriceNanos: bigint;
  newPriceNanos: bigint;
  /** Since the current period began. */
  elapsedMs: bigint | number;
  main: PoolUse;
  backup: PoolUse;
}

/** Every term of the credit, for the page that asks for one confirmation. */
export interface SwitchQuote {
  /** Hundredths of a percent, rounded down, for display: money is computed from the exact fractions. */
  elapsedBasisPoints: number;
  usedBasisPoints: number;
  floorBasisPoints: number;
  consumedBasisPoints: number;
  /** The greatest of the three; of equal ones the first. */
  decidedBy: 'elapsed' | 'used' | 'floor';
  /** The share of the old price that is not consumed. */
  uncappedCreditNanos: bigint;
  creditNanos: bigint;
  /** The price difference is less than the unused share. */
  capped: boolean;
  /** Set whenever the credit is zero. `fully_consumed`: not a cent is left of what was paid. */
  zeroBecause?: 'downgrade' | 'fully_consumed' | 'same_price';
}

/** Not negative and at most one. */
export interface Share {
  part: bigint;
  whole: bigint;
}

const FOUR_WEEKS_MS = 4n * 7n * 24n * 3600n * 1000n;
const NONE: Share = { part: 0n, whole: 1n };
/** What a plan costs whoever leaves it at once. */
const FLOOR: Share = { part: 1n, whole: 10n };

/** What leaving a plan for another credits to the wallet. Exact until the end, which rounds down to the cent, once. */
export function switchQuote(input: SwitchInput): SwitchQuote {
  const { oldPriceNanos, newPriceNanos } = input;
  const elapsed = share(BigInt(input.elapsedMs), FOUR_WEEKS_MS);
  const used = usedShare(input.main, input.backup);
  const terms = [
    { decidedBy: 'elapsed', consumed: elapsed },
    { decidedBy: 'used', consumed: used },
    { decidedBy: 'floor', consumed: FLOOR },
  ] as const;
  const { decidedBy, consumed } = terms.reduce((most, term) => (isMore(term, most) ? term : most));
  const unused = (oldPriceNanos * (consumed.whole - consumed.part)) / consumed.whole;
  const uncappedCreditNanos = floorToCent(unused);
  const difference = newPriceNanos - oldPriceNanos;
  const cap = floorToCent(difference > 0n ? difference : 0n);
  const capped = cap < uncappedCreditNanos;
  const quote = {
    elapsedBasisPoints: basisPoints(elapsed),
    usedBasisPoints: basisPoints(used),
    floorBasisPoints: basisPoints(FLOOR),
    consumedBasisPoints: basisPoints(consumed),
    decidedBy,
    uncappedCreditNanos,
    creditNanos: capped ? cap : uncappedCreditNanos,
    capped,
  };
  if (quote.creditNanos > 0n) return quote;
  return { ...quote, zeroBecause: whyZero(difference, cap) };
}

function whyZero(difference: bigint, cap: bigint): NonNullable<SwitchQuote['zeroBecause']> {
  if (difference < 0n) return 'downgrade';
  return cap === 0n ? 'same_price' : 'fully_consumed';
}

/** Three quarters main and one quarter backup. A pool that was never granted leaves its weight to the other one. */
export function usedShare(main: PoolUse, backup: PoolUse): Share {
  if (main.grantedNanos <= 0n && backup.grantedNanos <= 0n) return NONE;
  if (backup.grantedNanos <= 0n) return spentShare(main);
  if (main.grantedNanos <= 0n) return spentShare(backup);
  const [a, b] = [spentShare(main), spentShare(backup)];
  return { part: 3n * a.part * b.whole + b.part * a.whole, whole: 4n * a.whole * b.whole };
}

export function spentShare({ grantedNanos, spentNanos }: PoolUse): Share {
  return share(spentNanos, grantedNanos);
}

function share(part: bigint, whole: bigint): Share {
  if (part <= 0n) return NONE;
  return { part: part < whole ? part : whole, whole };
}

function isMore(a: { consumed: Share }, b: { consumed: Share }): boolean {
  return isGreater(a.consumed, b.consumed);
}

export function isGreater(a: Share, b: Share): boolean {
  return a.part * b.whole > b.part * a.whole;
}

export function basisPoints({ part, whole }: Share): number {
  return Number((10_000n * part) / whole);
}

export function floorToCent(nanos: bigint): bigint {
  return nanos - (nanos % NANOS_PER_CENT);
}
