/**
 * Money arrives as exact decimal strings and stays text here: `bigint` in between, never a float.
 */
const NANOS_PER_USD = 1_000_000_000n;
const NANOS_PER_CENT = 10_000_000n;

const USD = /^(-?)(\d+)(?:\.(\d{1,9}))?$/;

function toNanos(usd: string): bigint {
  const match = USD.exec(usd);
  if (!match) throw new TypeError('Not a decimal amount of US dollars');
  const [, sign, whole = '0', fraction = ''] = match;
  const size = BigInt(whole) * NANOS_PER_USD + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -size : size;
}

export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function print(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = (size % NANOS_PER_USD)
    .toString()
    .padStart(9, '0')
    .replace(/0{1,7}$/, '');
  return `${nanos < 0n ? '−' : ''}$${groupDigits((size / NANOS_PER_USD).toString())}.${fraction}`;
}

/** A balance: two decimals, rounded down, so that nobody sees money that is not there. */
export function formatBalance(usd: string): string {
  const nanos = toNanos(usd);
  const rest = nanos % NANOS_PER_CENT;
  return print(nanos - rest - (rest < 0n ? NANOS_PER_CENT : 0n));
}

/** A charge: every digit that counts, at least two decimals: "$0.000007". */
export function formatExact(usd: string): string {
  return print(toNanos(usd));
}

/** A value before rounding, which may have more decimals than money: every digit as it came. */
export function formatUnrounded(usd: string): string {
  const [whole = '0', fraction] = usd.split('.');
  return `$${groupDigits(whole)}${fraction ? `.${fraction}` : ''}`;
}

export function largestOf(amounts: readonly string[]): string {
  return amounts.reduce((largest, usd) => (toNanos(usd) > toNanos(largest) ? usd : largest), '0.00');
}

/** A preset: "$20", but "$7.50". */
export function formatShort(usd: string): string {
  return formatExact(usd).replace(/\.00$/, '');
}

export function isZero(usd: string): boolean {
  return toNanos(usd) === 0n;
}

/** How much of the whole one part is, in whole percent; for the width of a bar, not for arithmetic. */
export function percentOf(part: string, whole: string): number {
  const total = toNanos(whole);
  return total <= 0n ? 0 : Number((toNanos(part) * 100n) / total);
}

export type AmountInput = { ok: true; amount: string } | { ok: false; message: string };

/**
 * Reads what a person typed: "20", "$20.5", "20,50". A comma with three digits after it could be either a
 * thousands or a decimal comma, so it is refused, not guessed.
 */
export function readAmount(text: string, minimum: string, maximum: string): AmountInput {
  const match = /^\$?\s*(\d{1,10})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  if (!match) return { ok: false, message: 'Write dollars and cents, for example 20 or 20.50' };
  const [, whole = '0', cents = ''] = match;
  const amount = `${BigInt(whole)}.${cents.padEnd(2, '0')}`;
  if (toNanos(amount) < toNanos(minimum))
    return { ok: false, message: `The smallest top-up is ${formatExact(minimum)}` };
  if (toNanos(amount) > toNanos(maximum))
    return { ok: false, message: `The largest top-up is ${formatExact(maximum)}` };
  return { ok: true, amount };
}

/** For what a page explains, such as a price difference. */
export function subtract(usd: string, less: string): string {
  const nanos = toNanos(usd) - toNanos(less);
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / NANOS_PER_USD}.${(size % NANOS_PER_USD).toString().padStart(9, '0')}`;
}

/** How many times one amount is in another, where two decimals say it exactly: "2.5"; otherwise `undefined`. */
export function timesIn(usd: string, unit: string): string | undefined {
  const whole = toNanos(unit);
  const hundredfold = toNanos(usd) * 100n;
  if (whole <= 0n || hundredfold % whole !== 0n) return undefined;
  const times = hundredfold / whole;
  return `${times / 100n}.${(times % 100n).toString().padStart(2, '0')}`.replace(/\.?0+$/, '');
}
