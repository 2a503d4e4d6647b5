import { divideHalfUp, NANOS_PER_USD } from './money.ts';

/**
 * Price tables of similar platforms: a model has a price by the call in dollars, or a ratio to two dollars a million
 * tokens; everything else is a ratio to that. Exact: ratios are decimal texts and stay fractions until one rounding.
 */
export interface RatioTable {
  model_ratio?: RatioMap;
  completion_ratio?: RatioMap;
  cache_ratio?: RatioMap;
  create_cache_ratio?: RatioMap;
  image_ratio?: RatioMap;
  audio_ratio?: RatioMap;
  audio_completion_ratio?: RatioMap;
  /** Dollars for one call, or for one image. */
  model_price?: RatioMap;
  group_ratio?: RatioMap;
  /** Dollars for a thousand calls of a tool. */
  tool_price?: RatioMap;
}

/** Decimal texts, as the file spells them: a float would not be exact. */
export type RatioMap = Readonly<Record<string, string>>;

/** The columns of a price version; nanos per million, `null`: what input, or output, costs. */
export interface ImportedPrice {
  modelId: string;
  inputNanos: bigint;
  outputNanos: bigint;
  cacheReadNanos: bigint | null;
  cacheWrite5mNanos: bigint | null;
  cacheWrite1hNanos: bigint | null;
  imageInputNanos: bigint | null;
  audioInputNanos: bigint | null;
  audioOutputNanos: bigint | null;
  perCallNanos: bigint;
  units: Record<string, bigint>;
}

export interface ImportedPrices {
  models: ImportedPrice[];
  /** Parts per million. */
  groups: Record<string, bigint>;
}

const CALLS_PER_TOOL_PRICE = 1000n;
const MILLION = 1_000_000n;
// Ratio 1 is two dollars a million tokens.
const NANOS_AT_RATIO_ONE = 2n * NANOS_PER_USD;

/** What such platforms take where a table says nothing. */
const usual = {
  completion: '1',
  cacheWrite: '1.25',
  // Writing for an hour costs 6/3.75 of writing for five minutes.
  hourOverFiveMinutes: '1.6',
  tools: { web_search: '10', file_search: '2.5' } as RatioMap,
};

/** Throws a RangeError that names the entry which is no price. */
export function importRatios(table: RatioTable): ImportedPrices {
  const ids = new Set([...Object.keys(table.model_ratio ?? {}), ...Object.keys(table.model_price ?? {})]);
  const groups = Object.entries(table.group_ratio ?? {}).map(([id, ratio]) => [
    id,
    scaled(`group ${id}`, [ratio], MILLION),
  ]);
  return {
    models: [...ids].sort().map((id) => importModel(id, table)),
    groups: Object.fromEntries(groups),
  };
}

function importModel(id: string, table: RatioTable): ImportedPrice {
  const units = toolPrices(table.tool_price ?? usual.tools);
  // A model has a price or a ratio; where it has both, the price counts.
  const perCall = table.model_price?.[id];
  if (perCall !== undefined)
    return { ...nothing(id), perCallNanos: scaled(id, [perCall], NANOS_PER_USD), units };
  return { ...nothing(id), ...tokenPrices(id, table), units };
}

function tokenPrices(id: string, table: RatioTable): Partial<ImportedPrice> {
  const model = table.model_ratio?.[id] ?? '0';
  const completion = table.completion_ratio?.[id] ?? usual.completion;
  const write = table.create_cache_ratio?.[id] ?? usual.cacheWrite;
  const { [id]: cache } = table.cache_ratio ?? {};
  const { [id]: image } = table.image_ratio ?? {};
  const { [id]: audio } = table.audio_ratio ?? {};
  const { [id]: spoken } = table.audio_completion_ratio ?? {};
  const price = (...ratios: string[]) => scaled(id, [model, ...ratios], NANOS_AT_RATIO_ONE);
  return {
    inputNanos: price(),
    outputNanos: price(completion),
    cacheReadNanos: cache === undefined ? null : price(cache),
    cacheWrite5mNanos: price(write),
    cacheWrite1hNanos: price(write, usual.hourOverFiveMinutes),
    imageInputNanos: image === undefined ? null : price(image),
    audioInputNanos: audio === undefined ? null : price(audio),
    audioOutputNanos: audio === undefined ? null : price(audio, spoken ?? '1'),
  };
}

function toolPrices(prices: RatioMap): Record<string, bigint> {
  const perMillionCalls = NANOS_PER_USD * (MILLION / CALLS_PER_TOOL_PRICE);
  const entries = Object.entries(prices).map(([tool, usd]) => [
    `tool:${tool}`,
    scaled(`tool ${tool}`, [usd], perMillionCalls),
  ]);
  return Object.fromEntries(entries);
}

function nothing(modelId: string): ImportedPrice {
  return {
    modelId,
    inputNanos: 0n,
    outputNanos: 0n,
    cacheReadNanos: null,
    cacheWrite5mNanos: null,
    cacheWrite1hNanos: null,
    imageInputNanos: null,
    audioInputNanos: null,
    audioOutputNanos: null,
    perCallNanos: 0n,
    units: {},
  };
}

// Ten digits before and fifteen after the point, or an exponent: what JSON writers make of a ratio.
const decimal = /^(\d{1,10})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** The product of the decimals times `unit`, rounded once, half up. */
function scaled(name: string, decimals: readonly string[], unit: bigint): bigint {
  let numerator = unit;
  let denominator = 1n;
  for (const text of decimals) {
    const match = decimal.exec(text);
    if (!match) throw new RangeError(`${name}: ${text.slice(0, 40)} is not a price or ratio of 0 or more`);
    const [, whole = '0', fraction = '', exponent = '0'] = match;
    const power = Number(exponent) - fraction.length;
    numerator *= BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, power));
    denominator *= 10n ** BigInt(Math.max(0, -power));
  }
  const nanos = divideHalfUp(numerator, denominator);
  if (nanos > MAX_PRICE_NANOS)
    throw new RangeError(`${name}: ${decimals.join(' × ')} is more than any price`);
  return nanos;
}

// What a column of prices can hold, with room.
const MAX_PRICE_NANOS = 10n ** 18n;
