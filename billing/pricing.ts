import { divideHalfUp } from './money.ts';
import { callsOf, type UnitPrices, unitMillionths } from './units.ts';
import type { Usage } from './usage.ts';

/** One version of a model's price. Token prices are nanos per million tokens. */
export interface Price {
  version: bigint;
  inputNanos: bigint;
  outputNanos: bigint;
  cacheReadNanos: bigint;
  cacheWrite5mNanos: bigint;
  cacheWrite1hNanos: bigint;
  imageInputNanos: bigint;
  imageOutputNanos: bigint;
  audioInputNanos: bigint;
  audioOutputNanos: bigint;
  /** Of one call, or of each image that has no price of its own. */
  perCallNanos: bigint;
  /** Of images, seconds, characters, searches, tool calls. */
  units?: UnitPrices;
  /** What the call costs us, in parts per million of the list price. */
  costPpm: bigint;
  multiplierPpm: bigint;
}

/**
 * A million dollars. No call costs that: what is above is a fault of a price or of a report, and without a bound
 * the sums over a batch could pass what Postgres's bigint holds.
 */
export const MAX_CALL_NANOS = 10n ** 15n;

const TOKENS_PER_PRICE = 1_000_000n;
const PPM = 1_000_000n;
// As vendors count them.
const AUDIO_TOKENS_PER_SECOND = 10;

/** What the caller pays. The one rounding is here: half up, to the nano. */
export function chargeOf(price: Price, usage: Usage, groupPpm: bigint): bigint {
  return rounded(millionths(price, usage) * price.multiplierPpm * groupPpm, TOKENS_PER_PRICE * PPM * PPM);
}

/** What the call costs us at the model's cost price, whoever makes it. */
export function costOf(price: Price, usage: Usage): bigint {
  return rounded(millionths(price, usage) * price.costPpm, TOKENS_PER_PRICE * PPM);
}

/** The list price in millionths of a nano, exact. */
function millionths(price: Price, usage: Usage): bigint {
  const units = unitsDue(price, usage);
  return (
    (units ? unitMillionths(price.units, units, price) : 0n) +
    price.perCallNanos * (units ? callsOf(price.units, units) : 1n) * TOKENS_PER_PRICE +
    times(usage.input, price.inputNanos) +
    times(usage.output, price.outputNanos) +
    times(usage.cacheRead, price.cacheReadNanos) +
    times(usage.cacheWrite5m, price.cacheWrite5mNanos) +
    times(usage.cacheWrite1h, price.cacheWrite1hNanos) +
    times(usage.imageInput, price.imageInputNanos) +
    times(usage.imageOutput, price.imageOutputNanos) +
    times(usage.audioInput, price.audioInputNanos) +
    times(usage.audioOutput, price.audioOutputNanos)
  );
}

/** Sound that is priced by the second costs that also where the upstream reports tokens: they are no way around it. */
export function unitsDue({ units: prices, audioInputNanos }: Price, { units, audioInput }: Usage) {
  if (audioInput === 0 || audioInputNanos > 0n || !prices?.has('second')) return units;
  const seconds = Math.ceil(audioInput / AUDIO_TOKENS_PER_SECOND);
  return { ...units, second: Math.max(seconds, units?.second ?? 0) };
}

// Most buckets of most calls are empty: the check saves seven conversions a call.
function times(tokens: number, nanos: bigint): bigint {
  return tokens === 0 ? 0n : BigInt(tokens) * nanos;
}

function rounded(numerator: bigint, denominator: bigint): bigint {
  const nanos = divideHalfUp(numerator, denominator);
  return nanos < MAX_CALL_NANOS ? nanos : MAX_CALL_NANOS;
}
