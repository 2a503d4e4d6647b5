import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Transaction } from './connection.ts';

/** The names and ids come from the database's own catalog and clock: DDL takes no parameters, so they are written out. */
interface Partition {
  name: string;
  lower: string;
  upper: string;
}

// Moving so many rows takes some 10 ms, for which writers may wait.
const MOVABLE_ROWS = 1_000;

/**
 * Makes the monthly partitions of usage ahead of time. When nobody did for months, the default partition has taken the
 * calls meanwhile: few are moved, many stay where they are and their table becomes the partition of that time.
 * Nobody who reads or writes waits longer than LOCK_WAIT_MS for it. Safe in many processes at once: one does it.
 * Needs a pool of two.
 */
export async function ensureUsagePartitions(db: Db, monthsAhead = 3): Promise<void> {
  await db.transaction(async (holder) => {
    const { rows } = await holder.raw(
      `select pg_try_advisory_xact_lock(hashtext('usage_partitions')) as mine`,
    );
    if (!rows[0].mine) return;
    const adopted = await findAdoption(db);
    for (const month of await monthsOfStrays(db, adopted)) await addPartition(db, month);
    if (adopted) await adoptDefault(db, adopted);
    for (const month of await missingMonths(db, monthsAhead)) await addPartition(db, month);
  });
}

/**
 * The time without partitions from which the default one has its newest calls, up to the end of the month. Calls dated
 * more than a day ahead come from a wrong clock and do not count.
 */
async function findAdoption(db: Db): Promise<Partition | undefined> {
  const { rows } = await db.raw(
    `select 'usage_events_' || to_char(uuid_time(g.lower) at time zone 'UTC', 'YYYY_MM') || '_until_'
              || to_char(uuid_time(g.upper) at time zone 'UTC', 'YYYY_MM') as name, g.lower, g.upper
       from (select id from usage_events_default where id < uuid_at(now() + interval '1 day')
              order by id desc limit 1) newest
      cross join lateral (select id from usage_events_default order by id limit 1) oldest
       left join lateral (select upper from usage_partitions where upper <= newest.id order by upper desc limit 1) below on true
       left join lateral (select lower from usage_partitions where lower > newest.id order by lower limit 1) above on true
      cross join lateral (select
        coalesce(below.upper, uuid_at(date_trunc('month', uuid_time(oldest.id) at time zone 'UTC') at time zone 'UTC')) as lower,
        least(above.lower, uuid_at((date_trunc('month', (now() + interval '1 day') at time zone 'UTC')
          + interval '1 month') at time zone 'UTC')) as upper) g
      where (select count(*) from (select from usage_events_default d where d.id >= g.lower and d.id < g.upper
              limit :movable + 1) counted) > :movable`,
    { movable: MOVABLE_ROWS },
  );
  return rows[0];
}

const monthPartition = `'usage_events_' || to_char(month, 'YYYY_MM') as name, uuid_at(month at time zone 'UTC') as lower,
  uuid_at((month + interval '1 month') at time zone 'UTC') as upper`;

async function monthsOfStrays(db: Db, adopted: Partition | undefined): Promise<Partition[]> {
  const { rows } = await db.raw(
    `select ${monthPartition} from (
       select distinct date_trunc('month', uuid_time(id) at time zone 'UTC') as month from usage_events_default
        where cast(:lower as uuid) is null or id < cast(:lower as uuid) or id >= cast(:upper as uuid)) m
      order by lower`,
    { lower: adopted?.lower ?? null, upper: adopted?.upper ?? null },
  );
  return rows;
}

async function missingMonths(db: Db, monthsAhead: number): Promise<Partition[]> {
  const { rows } = await db.raw(
    `select m.* from (
       select ${monthPartition} from generate_series(0, cast(? as integer)) ahead cross join lateral (
         select date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead) as month) each) m
      where not exists (select from usage_partitions p where p.lower < m.upper and m.lower < p.upper)
      order by m.lower`,
    [monthsAhead],
  );
  return rows;
}

async function addPartition(db: Db, { name, lower, upper }: Partition): Promise<void> {
  await patiently(db, async (trx) => {
    await trx.raw(`create table ${name} (like usage_events including all)`);
    // Attaching locks it anyway; now, so that no call of this month slips in behind the move.
    await trx.raw('lock table usage_events_default in access exclusive mode');
    await trx.raw(
      `with moved as (delete from usage_events_default where id >= '${lower}' and id < '${upper}' returning *)
       insert into ${name} select * from moved`,
    );
    await attach(trx, { name, lower, upper });
  });
}

/**
 * The default partition becomes the partition of a range and a new default takes its place. The range is checked
 * beforehand while calls go on, because attaching would read the whole table behind a lock.
 */
async function adoptDefault(db: Db, adopted: Partition): Promise<void> {
  const { name, lower, upper } = adopted;
  const dropCheck = (table: string) => `alter table ${table} drop constraint if exists adopted_range`;
  await patiently(db, async (trx) => {
    await trx.raw(dropCheck('usage_events_default'));
    await trx.raw(`alter table usage_events_default add constraint adopted_range
      check (id >= '${lower}' and id < '${upper}') not valid`);
  });
  try {
    await validate(db);
    await patiently(db, async (trx) => {
      await trx.raw('alter table usage_events detach partition usage_events_default');
      await trx.raw(`alter table usage_events_default rename to ${name}`);
      await attach(trx, adopted);
      await trx.raw(dropCheck(name));
      await trx.raw('create table usage_events_default (like usage_events including all)');
      await trx.raw('alter table usage_events attach partition usage_events_default default');
    });
  } catch (error) {
    // It would refuse the calls of the time after the range.
    await patiently(db, (trx) => trx.raw(dropCheck('usage_events_default')));
    throw error;
  }
}

async function validate(db: Db): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('alter table usage_events_default validate constraint adopted_range');
  });
}

async function attach(trx: Transaction, { name, lower, upper }: Partition): Promise<void> {
  await trx.raw(
    `alter table usage_events attach partition ${name} for values from ('${lower}') to ('${upper}')`,
  );
}

// Whoever comes after somebody who waits for a lock waits too: it is given up soon and asked for again.
const LOCK_WAIT_MS = 50;
const ATTEMPTS = 200;
const busy = new Set(['55P03', '40P01']);

async function patiently(db: Db, change: (trx: Transaction) => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await db.transaction(async (trx) => {
        await trx.raw(`set local lock_timeout = ${LOCK_WAIT_MS}`);
        await change(trx);
      });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !busy.has((error as { code?: string }).code ?? '')) throw error;
      await sleep(5 * LOCK_WAIT_MS);
    }
  }
}
