import { chargeOf, type Price } from './pricing.ts';
import { dearestPrices, type UnitCounts } from './units.ts';
import { noUsage } from './usage.ts';

/** The most tokens that a call can use, known before it runs. */
export interface CallBound {
  textTokens: number;
  imageTokens: number;
  audioTokens: number;
  /** Of one choice. */
  outputTokens: number;
  choices: number;
  /** The answer may hold audio, which has a price of its own. */
  speaks: boolean;
  /** The answer may hold images as tokens of their own price. */
  draws?: boolean;
  /** The most of what is not counted in tokens. `image` without a size is the dearest. */
  units?: UnitCounts;
}

/** The most that the call can cost: every token in the dearest bucket that it could fall into. */
export function mostItCanCost(price: Price, bound: CallBound, groupPpm: bigint): bigint {
  const dearest = {
    ...price,
    inputNanos: largest(
      price.inputNanos,
      price.cacheReadNanos,
      price.cacheWrite5mNanos,
      price.cacheWrite1hNanos,
    ),
    imageInputNanos: largest(price.imageInputNanos, price.inputNanos),
    audioInputNanos: largest(price.audioInputNanos, price.inputNanos),
    outputNanos: largest(
      price.outputNanos,
      bound.speaks ? price.audioOutputNanos : 0n,
      bound.draws ? price.imageOutputNanos : 0n,
    ),
    ...(bound.units && { units: dearestPrices(price.units, bound.units) }),
  };
  const usage = {
    ...noUsage,
    input: bound.textTokens,
    imageInput: bound.imageTokens,
    audioInput: bound.audioTokens,
    output: bound.outputTokens * bound.choices,
    ...(bound.units && { units: bound.units }),
  };
  return chargeOf(dearest, usage, groupPpm);
}

/** The largest output per choice that `availableNanos` pays for; 0 when it does not even pay for one token. */
export function affordableOutputTokens(
  price: Price,
  bound: CallBound,
  groupPpm: bigint,
  availableNanos: bigint,
): number {
  let affordable = 0;
  let tooMuch = bound.outputTokens + 1;
  while (tooMuch - affordable > 1) {
    const outputTokens = Math.floor((affordable + tooMuch) / 2);
    if (mostItCanCost(price, { ...bound, outputTokens }, groupPpm) <= availableNanos)
      affordable = outputTokens;
    else tooMuch = outputTokens;
  }
  return affordable;
}

function largest(first: bigint, ...others: bigint[]): bigint {
  let result = first;
  for (const value of others) if (value > result) result = value;
  return result;
}
