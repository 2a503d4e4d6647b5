/** All money is an integer count of nanos: 1 nano = 0.000000001 USD. */
export const NANOS_PER_USD = 1_000_000_000n;
export const NANOS_PER_CENT = 10_000_000n;
/** The unit that users of similar platforms know: 500,000 quota = 1 USD. Display and import only. */
export const NANOS_PER_QUOTA = 2_000n;
/** Postgres `bigint`: no amount may leave this range. */
export const MAX_NANOS = 2n ** 63n - 1n;

const DECIMAL_USD = /^(\d{1,10})(?:\.(\d{1,9}))?$/;

/** Reads a plain decimal such as "20" or "12.345678901". Anything else (sign, exponent, blank) is `undefined`. */
export function parseUsd(text: string): bigint | undefined {
  const match = DECIMAL_USD.exec(text);
  if (!match) return undefined;
  const [, whole = '0', fraction = ''] = match;
  const nanos = BigInt(whole) * NANOS_PER_USD + BigInt(fraction.padEnd(9, '0'));
  return nanos <= MAX_NANOS ? nanos : undefined;
}

/** The exact decimal, at least two decimals, no trailing zeros beyond them: "20.00", "0.000007". */
export function formatUsd(nanos: bigint): string {
  return formatDecimal(nanos, 9);
}

/** The same of a count of any small unit, such as a millionth of a nano, which has 15 decimals. */
export function formatDecimal(value: bigint, decimals: number): string {
  const size = value < 0n ? -value : value;
  const unit = 10n ** BigInt(decimals);
  const fraction = (size % unit).toString().padStart(decimals, '0');
  return `${value < 0n ? '-' : ''}${size / unit}.${fraction.slice(0, 2)}${fraction.slice(2).replace(/0+$/, '')}`;
}

/** What a page shows: two decimals, rounded down, so that nobody sees money that is not there. */
export function formatUsdFloor(nanos: bigint): string {
  const cents = nanos / NANOS_PER_CENT - (nanos % NANOS_PER_CENT < 0n ? 1n : 0n);
  return formatUsd(cents * NANOS_PER_CENT);
}

/** Divides, rounding half up. Both sides must not be negative: charges never are. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (numerator < 0n || denominator <= 0n)
    throw new RangeError('divideHalfUp takes 0 or more over 1 or more');
  return (2n * numerator + denominator) / (2n * denominator);
}
