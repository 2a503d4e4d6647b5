import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NANOS_PER_QUOTA } from './money.ts';
import { chargeOf, type Price } from './pricing.ts';
import { type ImportedPrice, importRatios } from './ratio-prices.ts';
import { noUsage, type Usage } from './usage.ts';

const PPM = 1_000_000n;
const MILLION = 1_000_000n;

/** As the catalog reads a stored version. */
function priceOf(imported: ImportedPrice): Price {
  const { inputNanos, outputNanos } = imported;
  return {
    version: 1n,
    inputNanos,
    outputNanos,
    cacheReadNanos: imported.cacheReadNanos ?? inputNanos,
    cacheWrite5mNanos: imported.cacheWrite5mNanos ?? inputNanos,
    cacheWrite1hNanos: imported.cacheWrite1hNanos ?? inputNanos,
    imageInputNanos: imported.imageInputNanos ?? inputNanos,
    imageOutputNanos: outputNanos,
    audioInputNanos: imported.audioInputNanos ?? inputNanos,
    audioOutputNanos: imported.audioOutputNanos ?? outputNanos,
    perCallNanos: imported.perCallNanos,
    units: new Map(Object.entries(imported.units)),
    costPpm: PPM,
    multiplierPpm: PPM,
  };
}

function only(table: Parameters<typeof importRatios>[0]): ImportedPrice {
  const [model] = importRatios(table).models;
  if (!model) throw new Error('Nothing was imported');
  return model;
}

const quota = (imported: ImportedPrice, usage: Partial<Usage>, group = PPM) =>
  chargeOf(priceOf(imported), { ...noUsage, ...usage }, group) / NANOS_PER_QUOTA;

describe('an imported ratio table', () => {
  it('agrees with the worked check of gpt-4o', () => {
    const gpt = only({
      model_ratio: { 'gpt-4o': '1.25' },
      completion_ratio: { 'gpt-4o': '4' },
      cache_ratio: { 'gpt-4o': '0.5' },
    });
    expect(quota(gpt, { input: 800, cacheRead: 200, output: 500 })).toBe(3625n);
  });

  it('agrees with the worked check of Claude, and writes for an hour cost 1.6 times those for five minutes', () => {
    const claude = only({
      model_ratio: { claude: '1.5' },
      completion_ratio: { claude: '5' },
      cache_ratio: { claude: '0.1' },
      create_cache_ratio: { claude: '1.25' },
    });
    expect(quota(claude, { input: 1000, cacheWrite5m: 2000, cacheRead: 10_000, output: 500 })).toBe(10_500n);
    expect(claude.cacheWrite1hNanos).toBe(6_000_000_000n);
  });

  it('agrees with the worked check of a fixed price, a group and two images', () => {
    const { models, groups } = importRatios({ model_price: { draw: '0.04' }, group_ratio: { vip: '0.9' } });
    const usage = { units: { 'image:1024x1024:standard': 2 } };
    expect(quota(models[0]!, usage, groups.vip)).toBe(36_000n);
  });

  it('prices audio by its ratios, spoken audio by both', () => {
    const voice = only({
      model_ratio: { voice: '2.5' },
      completion_ratio: { voice: '4' },
      audio_ratio: { voice: '16' },
      audio_completion_ratio: { voice: '2' },
    });
    expect(quota(voice, { input: 100, audioInput: 10, output: 100, audioOutput: 10 })).toBe(
      ((100n + 160n + 400n + 320n) * 5n) / 2n,
    );
  });

  it('prices tools by the thousand, as usual where the table says nothing', () => {
    expect(only({ model_ratio: { m: '1' } }).units).toEqual({
      'tool:web_search': 10_000n * 1_000_000_000n,
      'tool:file_search': 2_500n * 1_000_000_000n,
    });
    const dear = only({ model_ratio: { m: '1' }, tool_price: { web_search: '25' } });
    expect(quota(dear, { units: { 'tool:web_search': 2 } })).toBe(25_000n);
  });

  it('takes the price where a model has both', () => {
    expect(only({ model_ratio: { m: '1' }, model_price: { m: '0.1' } })).toMatchObject({
      inputNanos: 0n,
      perCallNanos: 100_000_000n,
    });
  });

  it('is exact where floats are not', () => {
    expect(only({ model_ratio: { m: '0.1' }, completion_ratio: { m: '3' } }).outputNanos).toBe(600_000_000n);
    expect(only({ model_ratio: { m: '7.5e-2' } }).inputNanos).toBe(150_000_000n);
  });

  it.each(['-1', 'NaN', '', '1,5', '0x10', '1e99', '99999999999'])(
    'refuses %p and names the entry',
    (ratio) => {
      expect(() => importRatios({ model_ratio: { odd: ratio } })).toThrow(/odd/);
    },
  );

  it('charges what the formula of such platforms does, to the quota unit', () => {
    const ratio = fc
      .integer({ min: 0, max: 100_000 })
      .map((n) => ({ text: `${n / 1000}`, thousandths: BigInt(n) }));
    const tokens = fc.nat(10_000_000);
    fc.assert(
      fc.property(
        ratio,
        ratio,
        ratio,
        tokens,
        tokens,
        tokens,
        (model, completion, cache, input, cached, output) => {
          const imported = only({
            model_ratio: { m: model.text },
            completion_ratio: { m: completion.text },
            cache_ratio: { m: cache.text },
          });
          const exact =
            (BigInt(input) * MILLION +
              BigInt(cached) * cache.thousandths * 1000n +
              BigInt(output) * completion.thousandths * 1000n) *
            model.thousandths;
          const nanos = chargeOf(priceOf(imported), { ...noUsage, input, cacheRead: cached, output }, PPM);
          // The formula in nanos, times 10⁹: ours may differ by the rounding of one nano.
          const difference = nanos * 1_000_000_000n - exact * NANOS_PER_QUOTA;
          expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(1_000_000_000n);
        },
      ),
    );
  });
});
