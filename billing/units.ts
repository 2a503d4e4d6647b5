import { divideHalfUp } from './money.ts';

/**
 * How much was used of what is not counted in tokens, by the name of the unit: `image:1024x1024:high`, `second` (of
 * audio), `character` (of text to speak), `search` (of a rerank), `tool:web_search`. Whole numbers.
 */
export type UnitCounts = Readonly<Record<string, number>>;

/** Nanos for a million of a unit: $0.04 an image is 40,000 dollars a million. One arithmetic with tokens. */
export type UnitPrices = ReadonlyMap<string, bigint>;

/** What stands in where a unit has no price of its own: a forgotten price is never free. */
export interface StandIns {
  inputNanos: bigint;
  audioInputNanos: bigint;
}

/** The price of all units, in millionths of a nano, exact. */
export function unitMillionths(
  prices: UnitPrices | undefined,
  units: UnitCounts,
  standIns: StandIns,
): bigint {
  let sum = 0n;
  for (const [unit, count] of Object.entries(units)) sum += BigInt(count) * unitPrice(prices, unit, standIns);
  return sum;
}

/** Nanos for a million of it: its own price, that of what it is a kind of, or what stands in. */
export function unitPrice(prices: UnitPrices | undefined, unit: string, standIns: StandIns): bigint {
  return ownPrice(prices, unit) ?? standInPrice(unit, standIns);
}

/** How often the price of a call is due: for each image that has no price of its own, and once for anything else. */
export function callsOf(prices: UnitPrices | undefined, units: UnitCounts): bigint {
  let images = 0n;
  for (const [unit, count] of Object.entries(units))
    if (rootOf(unit) === 'image' && ownPrice(prices, unit) === undefined) images += BigInt(count);
  return images > 1n ? images : 1n;
}

/** Prices under which no kind of these units is dearer: for a hold, before it is known which kind it will be. */
export function dearestPrices(prices: UnitPrices | undefined, units: UnitCounts): UnitPrices {
  const dearest = new Map<string, bigint>();
  for (const unit of Object.keys(units)) {
    const price = largest([ownPrice(prices, unit), ...kinPrices(prices, unit)]);
    if (price !== undefined) dearest.set(unit, price);
  }
  return dearest;
}

/** Of the unit, else of what it is a kind of, else of the dearest kind: an unforeseen size costs what another does. */
function ownPrice(prices: UnitPrices | undefined, unit: string): bigint | undefined {
  if (!prices || prices.size === 0) return undefined;
  for (let name = unit; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf(':')))) {
    const price = prices.get(name);
    if (price !== undefined) return price;
  }
  // A tool is not a kind of another tool.
  return rootOf(unit) === 'tool' ? undefined : largest(kinPrices(prices, rootOf(unit)));
}

function kinPrices(prices: UnitPrices | undefined, unit: string): bigint[] {
  return [...(prices ?? [])].filter(([name]) => name.startsWith(`${unit}:`)).map(([, price]) => price);
}

function standInPrice(unit: string, { inputNanos, audioInputNanos }: StandIns): bigint {
  if (unit === 'character') return inputNanos;
  // A minute of audio counts as a thousand tokens, as users of similar platforms know it.
  if (unit === 'second') return divideHalfUp(audioInputNanos * 1000n, 60n);
  return 0n;
}

function rootOf(unit: string): string {
  const colon = unit.indexOf(':');
  return colon < 0 ? unit : unit.slice(0, colon);
}

function largest(values: readonly (bigint | undefined)[]): bigint | undefined {
  let result: bigint | undefined;
  for (const value of values)
    if (value !== undefined && (result === undefined || value > result)) result = value;
  return result;
}
