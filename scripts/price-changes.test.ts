import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { importRatios } from '../billing/ratio-prices.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { applyPriceChanges, findPriceChanges } from './price-changes.ts';
import { parseRatioFile } from './ratio-file.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const file = `{"data": {"ModelRatio": {"gpt-4o": 1.25, "odd": 0.1}, "completion_ratio": "{\\"gpt-4o\\": 4, \\"odd\\": 3}",
  "cache_ratio": {"gpt-4o": 0.5}, "model_price": {"draw": 0.04}, "group_ratio": {"default": 1, "vip": 0.9}}}`;
const changesOf = (text: string) => findPriceChanges(database.db, importRatios(parseRatioFile(text)));

it('imports prices as new versions, says what changes, and changes nothing the second time', async () => {
  const { db } = database;
  await db.raw(`insert into models (id) values ('gpt-4o')`);
  await db.raw(
    `insert into model_prices (model_id, input_nanos, image_output_nanos, cost_ppm) values ('gpt-4o', 1, 7, 500000)`,
  );
  await db.raw(`insert into model_unit_prices select version, 'image', 5 from model_prices`);
  const changes = await changesOf(file);
  expect(changes.newModels).toEqual(['draw', 'odd']);
  expect(changes.lines).toHaveLength(4);
  expect(changes.lines.join('\n')).toContain('gpt-4o: input $0.000000001 -> $2.50, output $0.00 -> $10.00');
  await applyPriceChanges(db, changes);
  const { rows } = await db.raw(
    `select p.*, (select jsonb_object_agg(unit, nanos_per_million::text) from model_unit_prices u
                   where u.version = p.version) as units
       from model_prices p order by version desc`,
  );
  const newest = (id: string) => rows.find((row: { model_id: string }) => row.model_id === id);
  expect(newest('gpt-4o')).toMatchObject({
    input_nanos: 2_500_000_000n,
    output_nanos: 10_000_000_000n,
    cache_read_nanos: 1_250_000_000n,
    image_output_nanos: 7n,
    cost_ppm: 500_000n,
    units: { image: '5', 'tool:web_search': '10000000000000' },
  });
  expect(newest('odd')).toMatchObject({ output_nanos: 600_000_000n });
  expect(newest('draw')).toMatchObject({ per_call_nanos: 40_000_000n });
  expect((await db.raw(`select multiplier_ppm from price_groups where id = 'vip'`)).rows).toEqual([
    { multiplier_ppm: 900_000n },
  ]);
  expect(await changesOf(file)).toMatchObject({ newModels: [], prices: [], groups: [], lines: [] });
});

it('refuses a file that is no table of ratios', () => {
  for (const text of ['[]', '{}', '{"model_ratio": {"m": {}}}', 'nonsense', '{"model_ratio": 1}'])
    expect(() => parseRatioFile(text)).toThrow();
});
