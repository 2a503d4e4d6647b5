import { setTimeout as wait } from 'node:timers/promises';
import type { Db } from '../db/connection.ts';
import { countUsage } from '../db/usage-hours.ts';

export const RARE_MODEL = 'rare-model';

export interface FilledLog {
  accountId: string;
  /** One of twenty of the account. */
  keyId: string;
  accountRows: number;
  /** An id in the middle of the account's calls. */
  middleId: string;
  /** How long adding it up by the hour took. */
  countSeconds: number;
}

const CHUNK = 500_000;

/**
 * Three months of calls: two fifths are of one account with twenty keys, the others of ten thousand accounts. One call in
 * a hundred thousand is of a rare model.
 */
export async function fillUsageLog(
  db: Db,
  accountId: string,
  rows: number,
  say: (line: string) => void,
): Promise<FilledLog> {
  await makePastPartitions(db);
  const started = performance.now();
  for (let from = 0; from < rows; from += CHUNK) {
    await fillChunk(db, accountId, from, Math.min(from + CHUNK, rows) - 1, rows);
    const seconds = (performance.now() - started) / 1000;
    say(`  ${Math.min(from + CHUNK, rows)} rows after ${seconds.toFixed(0)} s`);
  }
  await unlimited(db, 'vacuum (analyze) usage_events');
  const countedFrom = performance.now();
  await countAll(db);
  const countSeconds = (performance.now() - countedFrom) / 1000;
  say(`  counted by the hour after ${countSeconds.toFixed(0)} s`);
  const { rows: facts } = await db.raw(
    `select count(*)::int as count, (array_agg(id order by id))[count(*) / 2] as middle
       from usage_events where account_id = ?`,
    [accountId],
  );
  return { accountId, keyId: keyOf(7), accountRows: facts[0].count, middleId: facts[0].middle, countSeconds };
}

/** The worker counts too: who comes second waits. */
async function countAll(db: Db): Promise<void> {
  for (;;) {
    while (await countUsage(db));
    const { rows } = await db.raw(
      `select id from usage_events where id >= uuid_at((select upto from usage_counted))
        and id < uuid_at(now() - interval '1 hour') limit 1`,
    );
    if (rows.length === 0) return;
    await wait(100);
  }
}

const keyOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The days before this month, as a log of that age would have them. */
async function makePastPartitions(db: Db): Promise<void> {
  for (const months of [3, 2, 1]) {
    const { rows } = await db.raw(
      `select 'usage_events_' || to_char(m, 'YYYY_MM') as name, uuid_at(m at time zone 'UTC') as lower,
              uuid_at((m + interval '1 month') at time zone 'UTC') as upper
         from (select date_trunc('month', now() at time zone 'UTC') - make_interval(months => ?) as m) s`,
      [months],
    );
    const { name, lower, upper } = rows[0];
    await db.raw(
      `create table if not exists ${name} partition of usage_events for values from ('${lower}') to ('${upper}')`,
    );
  }
}

async function fillChunk(db: Db, accountId: string, from: number, to: number, all: number): Promise<void> {
  await unlimited(
    db,
    `insert into usage_events (id, account_id, api_key_id, model_id, price_version, upstream_id, route, streamed, outcome,
       http_status, input_tokens, output_tokens, charge_nanos, cost_nanos, wallet_nanos, batch_id, started_at,
       first_byte_ms, duration_ms)
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
            case when n % 5 < 2 then '${accountId}'::uuid
                 else ('10000000-0000-7000-8000-' || lpad((n * 7919 % 10000)::text, 12, '0'))::uuid end,
            ('00000000-0000-7000-8000-' || lpad((n / 5 % 20)::text, 12, '0'))::uuid,
            case when n % 100000 = 1 then '${RARE_MODEL}' else 'model-' || (n / 5 % 7) end,
            1, 'simulated', '/v1/chat/completions', n % 3 = 0, 'finished', 200, n % 5000, n % 900,
            n % 100000, n % 90000, n % 100000, md5((n / 100)::text)::uuid, at, 20, 400
       from (select n, now() - interval '88 days' + interval '88 days' * (n::float8 / ${all}) as at
               from generate_series(${from}::bigint, ${to}) n) rows`,
  );
}

/** A connection of its own kind: what is built here takes longer than any query of ours may. */
async function unlimited(db: Db, sql: string): Promise<void> {
  const connection = await db.client.acquireConnection();
  try {
    await db.raw('set statement_timeout = 0; set synchronous_commit = off').connection(connection);
    await db.raw(sql).connection(connection);
  } finally {
    await db.raw('reset all').connection(connection);
    await db.client.releaseConnection(connection);
  }
}
