import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CallBound, mostItCanCost } from './call-bound.ts';
import { MAX_NANOS } from './money.ts';
import { chargeOf, MAX_CALL_NANOS, type Price } from './pricing.ts';
import { noUsage } from './usage.ts';

const PPM = 1_000_000n;
const USD_A_MILLION = 1_000_000_000n;
const free: Price = {
  version: 1n,
  inputNanos: 0n,
  outputNanos: 0n,
  cacheReadNanos: 0n,
  cacheWrite5mNanos: 0n,
  cacheWrite1hNanos: 0n,
  imageInputNanos: 0n,
  imageOutputNanos: 0n,
  audioInputNanos: 0n,
  audioOutputNanos: 0n,
  perCallNanos: 0n,
  costPpm: PPM,
  multiplierPpm: PPM,
};
const noTokens: CallBound = {
  textTokens: 0,
  imageTokens: 0,
  audioTokens: 0,
  outputTokens: 0,
  choices: 1,
  speaks: false,
};

const priced = (units: Record<string, bigint>, overrides: Partial<Price> = {}): Price => ({
  ...free,
  units: new Map(Object.entries(units)),
  ...overrides,
});
const charge = (price: Price, units: Record<string, number>) => chargeOf(price, { ...noUsage, units }, PPM);
const usd = (text: string) => BigInt(Math.round(Number(text) * 1e9));

describe('the price of units', () => {
  it('is that of the size and quality, else of the size, else of any image', () => {
    const images = priced({
      image: usd('0.04') * PPM,
      'image:1024x1792': usd('0.08') * PPM,
      'image:1024x1024:hd': usd('0.12') * PPM,
    });
    expect(charge(images, { 'image:1024x1024:hd': 2 })).toBe(usd('0.24'));
    expect(charge(images, { 'image:1024x1792:hd': 1 })).toBe(usd('0.08'));
    expect(charge(images, { 'image:256x256:standard': 3 })).toBe(usd('0.12'));
  });

  it('is that of the dearest kind where neither the kind nor what it is a kind of has a price', () => {
    const images = priced({
      'image:1024x1024:low': usd('0.01') * PPM,
      'image:1024x1024:high': usd('0.17') * PPM,
    });
    expect(charge(images, { 'image:4096x4096:high': 1 })).toBe(usd('0.17'));
  });

  it('counts the price of a call once for each image that has none of its own', () => {
    const perImage = { ...free, perCallNanos: usd('0.04') };
    expect(charge(perImage, { 'image:1024x1024:hd': 3 })).toBe(usd('0.12'));
    expect(charge(perImage, { search: 3 })).toBe(usd('0.04'));
    expect(charge({ ...perImage, units: new Map([['image', PPM]]) }, { image: 3 })).toBe(usd('0.04') + 3n);
  });

  it('of audio is by the second, else as a thousand audio tokens a minute', () => {
    const whisper = priced({ second: usd('0.0001') * PPM });
    expect(charge(whisper, { second: 90 })).toBe(usd('0.009'));
    const byToken = { ...free, audioInputNanos: 6n * USD_A_MILLION };
    expect(charge(byToken, { second: 60 })).toBe(usd('0.006'));
  });

  it('of a character is that of a token of input where it has none of its own', () => {
    expect(charge(priced({ character: 15n * USD_A_MILLION }), { character: 1000 })).toBe(usd('0.015'));
    expect(charge({ ...free, inputNanos: 15n * USD_A_MILLION }, { character: 1000 })).toBe(usd('0.015'));
  });

  it('of a tool is per thousand calls, and a tool without a price is included', () => {
    const tools = priced({ 'tool:web_search': 10n * 1000n * USD_A_MILLION });
    expect(charge(tools, { 'tool:web_search': 3, 'tool:file_search': 5 })).toBe(usd('0.03'));
  });
});

const kinds = [
  'image',
  'image:1024x1024:high',
  'image:512x512',
  'second',
  'character',
  'search',
  'tool:web_search',
];
const anyCounts = fc.dictionary(fc.constantFrom(...kinds), fc.maxSafeNat());
const anyNanos = fc.bigInt({ min: 0n, max: MAX_NANOS });
const anyPrice = fc
  .record({
    units: fc.dictionary(fc.constantFrom(...kinds), anyNanos),
    perCallNanos: anyNanos,
    inputNanos: anyNanos,
    audioInputNanos: anyNanos,
  })
  .map(({ units, ...rest }) => priced(units, rest));

describe('whatever is used and whatever it costs', () => {
  it('a charge is never negative and never more than Postgres can add up', () => {
    fc.assert(
      fc.property(anyPrice, anyCounts, (price, units) => {
        expect(charge(price, units)).toBeGreaterThanOrEqual(0n);
        expect(charge(price, units)).toBeLessThanOrEqual(MAX_CALL_NANOS);
      }),
    );
  });

  it('one more of a unit never costs less', () => {
    fc.assert(
      fc.property(anyPrice, anyCounts, fc.constantFrom(...kinds), fc.nat(), (price, units, kind, more) => {
        const count = units[kind] ?? 0;
        const larger = { ...units, [kind]: Math.min(Number.MAX_SAFE_INTEGER, count + more) };
        expect(charge(price, larger)).toBeGreaterThanOrEqual(charge(price, units));
      }),
    );
  });

  it('the hold for images of any kind is never less than what they cost', () => {
    const small = fc.nat(1_000);
    fc.assert(
      fc.property(anyPrice, fc.constantFrom(...kinds.slice(0, 3)), small, (price, kind, count) => {
        const most = mostItCanCost(price, { ...noTokens, units: { image: count } }, PPM);
        expect(most).toBeGreaterThanOrEqual(charge(price, { [kind]: count }));
      }),
    );
  });
});
