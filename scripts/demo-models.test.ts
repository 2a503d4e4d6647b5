import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { loadCatalog } from '../db/catalog.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { seedModels } from './demo-models.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('are seeded once, priced, and served under the address of the latest start', async () => {
  await seedModels(database.db, 'http://127.0.0.1:1/v1');
  await seedModels(database.db, 'http://127.0.0.1:2/v1');
  const { models } = await loadCatalog(pool);
  const claude = models.get('claude-sonnet-5-5');
  expect(claude?.upstreams.map(({ kind, baseUrl }) => [kind, baseUrl])).toEqual([
    ['openai', 'http://127.0.0.1:2/v1'],
    ['anthropic', 'http://127.0.0.1:2/v1'],
  ]);
  expect(models.get('dall-e-3')?.price.units?.get('image:1024x1024:hd')).toBe(80_000_000n * 1_000_000n);
  const { rows } = await pool.query(
    'select model_id from model_prices group by model_id having count(*) > 1',
  );
  expect(rows).toEqual([]);
  for (const { id, free, price } of models.values())
    expect([id, free || price.inputNanos > 0n || (price.units?.size ?? 0) > 0]).toEqual([id, true]);
});
