import { basisPoints, floorToCent, isGreater, type PoolUse, spentShare, usedShare } from './switch-quote.ts';

export interface RefundInput {
  /** What was paid for the period. */
  priceNanos: bigint;
  /** Granted is base and bonus: what is spent comes from both in proportion. */
  main: PoolUse;
  backup: PoolUse;
}

export interface RefundQuote {
  /** Hundredths of a percent, rounded down, for display. */
  usedBasisPoints: number;
  amountNanos: bigint;
}

/**
 * What of a period's price is paid back: the share that is not spent, rounded down to the cent. Time does not count.
 * The backup does, as in a switch, where it makes the used share greater: otherwise whoever keeps main held by long
 * calls could spend the backup first and have main paid back.
 */
export function refundQuote({ priceNanos, main, backup }: RefundInput): RefundQuote {
  const ofBoth = usedShare(main, backup);
  const ofMain = main.grantedNanos > 0n ? spentShare(main) : ofBoth;
  const used = isGreater(ofBoth, ofMain) ? ofBoth : ofMain;
  const price = priceNanos > 0n ? priceNanos : 0n;
  return {
    usedBasisPoints: basisPoints(used),
    amountNanos: floorToCent((price * (used.whole - used.part)) / used.whole),
  };
}

export interface Paid {
  /** In the currency of the payment. */
  amountMinor: bigint;
  /** What that was worth to us. */
  amountNanos: bigint;
}

/** A part of a payment in its own currency, at the rate at which it was paid, rounded down. */
export function partOfPayment(nanos: bigint, paid: Paid): bigint {
  return (paid.amountMinor * nanos) / paid.amountNanos;
}
