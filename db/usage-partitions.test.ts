import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { ensureUsagePartitions } from './usage-partitions.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const now = new Date();
/** The first moment of the month that many months from now. */
const month = (ahead: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
const nameOf = (ahead: number) => `usage_events_${month(ahead).toISOString().slice(0, 7).replace('-', '_')}`;

async function log(at: Date, count = 1): Promise<void> {
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at)
     select overlay(gen_random_uuid()::text placing left(uuid_at(cast(:at as timestamptz))::text, 13) from 1 for 13)::uuid,
            gen_random_uuid(), gen_random_uuid(), 'm', '/', false, 'finished', :at
       from generate_series(1, cast(:count as integer))`,
    { at, count },
  );
}

const one = async (sql: string) => (await database.db.raw(sql)).rows[0];
const total = async () => Number((await one('select count(*) from usage_events')).count);
const inDefault = async () => Number((await one('select count(*) from usage_events_default')).count);
async function partitions(): Promise<string[]> {
  const { rows } = await database.db.raw('select name from usage_partitions order by lower');
  return rows.map((row: { name: string }) => row.name);
}

/** As if the worker had stopped months ago: the last partition is of three months ago. */
async function stopMakingPartitions(): Promise<void> {
  for (const name of await partitions()) await database.db.raw('drop table ??', [name]);
  await database.db.raw(
    `do $$ begin execute format('create table ${nameOf(-3)} partition of usage_events for values from (%L) to (%L)',
       uuid_at('${month(-3).toISOString()}'), uuid_at('${month(-2).toISOString()}')); end $$`,
  );
}

const ahead = [0, 1, 2, 3].map(nameOf);

describe('the partitions of usage', () => {
  it('are made for this month and three more, once, however many workers do it', async () => {
    for (const name of await partitions()) await database.db.raw('drop table ??', [name]);
    await Promise.all([1, 2, 3].map(() => ensureUsagePartitions(database.db)));
    expect(await partitions()).toEqual(ahead);
    await ensureUsagePartitions(database.db);
    expect(await partitions()).toEqual(ahead);
    await log(now);
    expect(await inDefault()).toBe(0);
  });

  it('take over the few calls that the default partition has of their month', async () => {
    await stopMakingPartitions();
    await log(month(-2), 3);
    await log(now, 2);
    expect(await inDefault()).toBe(5);
    await ensureUsagePartitions(database.db);
    expect(await partitions()).toEqual([nameOf(-3), nameOf(-2), ...ahead]);
    expect([await inDefault(), await total()]).toEqual([0, 5]);
  });

  it('leave many calls where they are: their table becomes the partition of that time', async () => {
    await stopMakingPartitions();
    await log(month(-2), 4_000);
    await log(now, 4_000);
    const { oid } = await one(`select 'usage_events_default'::regclass::oid as oid`);
    await ensureUsagePartitions(database.db);
    const [, wide, ...rest] = await partitions();
    expect(wide).toMatch(`${nameOf(-2)}_until_`);
    expect((await one(`select '${wide}'::regclass::oid as oid`)).oid).toBe(oid);
    expect(rest.at(-1)).toBe(nameOf(3));
    expect([await inDefault(), await total()]).toEqual([0, 8_000]);
    await log(month(-1));
    await log(now);
    expect(await inDefault()).toBe(0);
    expect(
      await one(`select count(*)::int as left from pg_constraint where conname = 'adopted_range'`),
    ).toEqual({
      left: 0,
    });
  });

  it('of a wrong clock do not reach into the time between', async () => {
    await stopMakingPartitions();
    await log(new Date('2099-05-05T00:00:00Z'), 2);
    await log(now, 4_000);
    await ensureUsagePartitions(database.db);
    expect((await partitions()).slice(-2)).toEqual([nameOf(3), 'usage_events_2099_05']);
    expect([await inDefault(), await total()]).toEqual([0, 4_002]);
  });

  it('are made while calls are written, which never wait long, also behind a slow reader', async () => {
    await stopMakingPartitions();
    await log(now, 20_000);
    let slowest = 0;
    let written = 0;
    const stop = new AbortController();
    const writers = [1, 2].map(async () => {
      while (!stop.signal.aborted) {
        const started = performance.now();
        await log(new Date());
        slowest = Math.max(slowest, performance.now() - started);
        written++;
        await sleep(2);
      }
    });
    const reader = await database.db.transaction();
    await reader.raw('select count(*) from usage_events');
    const made = ensureUsagePartitions(database.db);
    await sleep(1_000);
    expect(await inDefault()).toBeGreaterThan(20_000);
    await reader.commit();
    await made;
    stop.abort();
    await Promise.all(writers);
    expect(await inDefault()).toBe(0);
    expect(await total()).toBe(20_000 + written);
    // Waits are 50 ms at most; the rest is a busy machine.
    expect(slowest).toBeLessThan(600);
  });

  it('find a call again by its instant', async () => {
    const at = Date.parse('2026-11-01T10:00:00.123Z');
    const { rows } = await database.db.raw('select uuid_time(?) as at', [uuidv7({ msecs: at })]);
    expect(rows[0].at.getTime()).toBe(at);
  });
});
