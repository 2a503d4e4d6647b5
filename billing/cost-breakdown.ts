import { chargeOf, type Price, unitsDue } from './pricing.ts';
import { callsOf, unitPrice } from './units.ts';
import type { Usage } from './usage.ts';

/** How much of one thing a call used and what that costs by the list. */
export interface CostLine {
  /** A bucket of tokens, `call`, or the name of a unit such as `image:1024x1024:high`. */
  item: string;
  quantity: bigint;
  /** Nanos for a million of it. */
  nanosPerMillion: bigint;
  /** Quantity times price: millionths of a nano, exact. */
  millionths: bigint;
}

/** A charge, line by line. Only `totalNanos` is rounded. */
export interface CostBreakdown {
  lines: CostLine[];
  /** The sum of the lines. */
  listMillionths: bigint;
  modelPpm: bigint;
  groupPpm: bigint;
  /** The list price times both multipliers, in millionths of millionths of millionths of a nano. */
  exact: bigint;
  totalNanos: bigint;
}

/** How many decimals of a dollar the exact values have. */
export const MILLIONTHS_DECIMALS = 15;
export const EXACT_DECIMALS = 27;

const MILLION = 1_000_000n;

export function costBreakdown(price: Price, usage: Usage, groupPpm: bigint): CostBreakdown {
  const lines = linesOf(price, usage).filter(({ quantity }) => quantity > 0n);
  const listMillionths = lines.reduce((sum, { millionths }) => sum + millionths, 0n);
  return {
    lines,
    listMillionths,
    modelPpm: price.multiplierPpm,
    groupPpm,
    exact: listMillionths * price.multiplierPpm * groupPpm,
    totalNanos: chargeOf(price, usage, groupPpm),
  };
}

/**
 * How this charge came about: with the first of these group multipliers that leads to it, or as that of a model that was
 * free at the time. `undefined`: with none of them, so that nothing wrong is shown. A call that delivered nothing is not
 * charged for having been made either.
 */
export function explainCharge(
  price: Price,
  usage: Usage,
  chargeNanos: bigint,
  groupPpms: readonly bigint[],
): CostBreakdown | undefined {
  if (chargeNanos === 0n && isNothing(usage))
    return costBreakdown({ ...price, perCallNanos: 0n }, usage, groupPpms[0] ?? MILLION);
  const asPriced = groupPpms.map((groupPpm) => costBreakdown(price, usage, groupPpm));
  const asFree = groupPpms.map((groupPpm) => costBreakdown({ ...price, multiplierPpm: 0n }, usage, groupPpm));
  return [...asPriced, ...asFree].find(({ totalNanos }) => totalNanos === chargeNanos);
}

function isNothing({ units = {}, ...tokens }: Usage): boolean {
  return [...Object.values(tokens), ...Object.values(units)].every((count) => count === 0);
}

function linesOf(price: Price, usage: Usage): CostLine[] {
  const units = unitsDue(price, usage) ?? {};
  return [
    line('input', usage.input, price.inputNanos),
    line('cache_read', usage.cacheRead, price.cacheReadNanos),
    line('cache_write_5m', usage.cacheWrite5m, price.cacheWrite5mNanos),
    line('cache_write_1h', usage.cacheWrite1h, price.cacheWrite1hNanos),
    line('image_input', usage.imageInput, price.imageInputNanos),
    line('audio_input', usage.audioInput, price.audioInputNanos),
    line('output', usage.output, price.outputNanos),
    line('image_output', usage.imageOutput, price.imageOutputNanos),
    line('audio_output', usage.audioOutput, price.audioOutputNanos),
    ...Object.entries(units).map(([unit, count]) => line(unit, count, unitPrice(price.units, unit, price))),
    ...(price.perCallNanos === 0n
      ? []
      : [line('call', callsOf(price.units, units), price.perCallNanos * MILLION)]),
  ];
}

function line(item: string, count: number | bigint, nanosPerMillion: bigint): CostLine {
  const quantity = BigInt(count);
  return { item, quantity, nanosPerMillion, millionths: quantity * nanosPerMillion };
}
