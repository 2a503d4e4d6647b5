import { once } from 'node:events';
import pg from 'pg';
import { usageCsv } from '../api/usage-csv.ts';
import type { Db } from '../db/connection.ts';
import { type CallPage, findCall, listCalls } from '../db/usage-log.ts';
import { sumUsage } from '../db/usage-summary.ts';
import type { BenchContext } from './bench-stack.ts';
import { percentile } from './load.ts';
import { type FilledLog, fillUsageLog, RARE_MODEL } from './usage-fill.ts';

const FULL_ROWS = 5_000_000;
const SMALL_ROWS = 200_000;
const PAGE = 26;
const DAY_MS = 86_400_000;

/**
 * Pages, filters, sums and the export of a usage log of five million calls, beside the bare scan of the same index.
 * Unless it is named, a small log stands in: filling takes minutes.
 */
export async function benchUsageLog(context: BenchContext, named: boolean): Promise<void> {
  const { db, stack, say, report } = context;
  const rows = named ? FULL_ROWS : SMALL_ROWS;
  const log = await fillUsageLog(db, stack.demo.customer.accountId, rows, say);
  report({ name: 'usage log', value: rows, unit: 'rows' });
  report({ name: 'usage log, rows of the account that is read', value: log.accountRows, unit: 'rows' });
  report({ name: 'usage log, bytes a row with its indexes', value: await bytesPerRow(db, rows), unit: 'B' });
  report({ name: 'usage log, counted by the hour', value: rows / log.countSeconds, unit: 'rows/s' });
  await measurePages(context, log);
  await measureRest(context, log);
  await measureExport(context, log);
}

async function measurePages({ db, report, say }: BenchContext, log: FilledLog): Promise<void> {
  const day = new Date(Date.now() - 40 * DAY_MS);
  const days = { from: day.toISOString(), to: new Date(day.getTime() + DAY_MS).toISOString() };
  const pages: Record<string, Omit<CallPage, 'limit'>> = {
    'first page': {},
    'deep page': { before: log.middleId },
    'page of one day': days,
    'page of a key': { keyId: log.keyId },
    'page of a model': { model: 'model-3' },
    'page of a rare model': { model: RARE_MODEL },
    'page of a rare model in one day': { model: RARE_MODEL, ...days },
  };
  for (const [name, page] of Object.entries(pages)) {
    const limit = await p50(() => bareScan(db, log.accountId, page));
    const value = await p50(() => listCalls(db, log.accountId, { ...page, limit: PAGE }));
    report({ name: `usage log, ${name}, p50`, value, unit: 'ms', limit });
    say(`    ${await planFacts(db, () => listCalls(db, log.accountId, { ...page, limit: PAGE }))}`);
  }
}

async function measureRest({ db, report }: BenchContext, log: FilledLog): Promise<void> {
  report({
    name: 'usage log, one call, p50',
    value: await p50(() => findCall(db, log.accountId, log.middleId)),
    unit: 'ms',
    limit: await p50(() => db.raw('select id from usage_events where id = ?', [log.middleId])),
  });
  for (const span of [1, 30]) {
    const from = new Date(Date.now() - span * DAY_MS).toISOString();
    const sum = () =>
      sumUsage(db, log.accountId, {
        from,
        to: new Date().toISOString(),
        timeZone: 'Europe/Berlin',
        groupBy: 'day',
      });
    const bare = () =>
      db.raw(
        `select sum(charge_nanos) from usage_events where account_id = ? and id >= uuid_at(cast(? as timestamptz))
            and id < uuid_at(cast(? as timestamptz))`,
        [log.accountId, from, new Date().toISOString()],
      );
    report({
      name: `usage log, sums of ${span} days by day, p50`,
      value: await p50(sum, 5),
      unit: 'ms',
      limit: await p50(bare, 5),
    });
  }
}

/** The limit is Postgres' own COPY of the same rows in the same order, read from the same wire and dropped. */
async function measureExport({ db, stack, report }: BenchContext, log: FilledLog): Promise<void> {
  const client = new pg.Client({ connectionString: stack.addresses.postgres });
  await client.connect();
  const copied = performance.now();
  await client.query(
    `copy (select * from usage_events where account_id = '${log.accountId}' order by id desc) to stdout (format csv)`,
  );
  const limit = (log.accountRows / (performance.now() - copied)) * 1000;
  await client.end();
  const started = performance.now();
  const csv = usageCsv(db, log.accountId, {}, new AbortController().signal);
  let firstByteMs = 0;
  const memory: number[] = [];
  csv.on('data', () => {
    firstByteMs ||= performance.now() - started;
    memory.push(process.memoryUsage().rss);
  });
  await once(csv, 'end');
  const value = (log.accountRows / (performance.now() - started)) * 1000;
  report({ name: 'usage log, export', value, unit: 'rows/s', limit });
  report({ name: 'usage log, export, first byte', value: firstByteMs, unit: 'ms' });
  // The heap has its size after a while; from then on rows must not add to it.
  const half = memory.length / 2;
  report({
    name: 'usage log, export, memory of the second half',
    value: Math.max(...memory.slice(half)) / 2 ** 20,
    unit: 'MiB',
    limit: Math.max(...memory.slice(0, half)) / 2 ** 20,
  });
}

/** The ids alone: what nobody can be faster than who walks this index. */
async function bareScan(db: Db, accountId: string, page: Omit<CallPage, 'limit'>): Promise<void> {
  const { before = null, model = null, keyId = null, from = null, to = null } = page;
  await db.raw(
    `select id from usage_events
      where account_id = :accountId and id < coalesce(cast(:before as uuid), uuid_at(cast(:to as timestamptz)), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        and id >= uuid_at(coalesce(cast(:from as timestamptz), 'epoch'))
        and (cast(:model as text) is null or model_id = :model) and (cast(:keyId as uuid) is null or api_key_id = :keyId)
      order by id desc limit ${PAGE}`,
    { accountId, before, model, keyId, from, to },
  );
}

async function p50(run: () => PromiseLike<unknown>, times = 21): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await run();
    taken.push(performance.now() - started);
  }
  return percentile(taken, 0.5);
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** Which partitions the statement that `run` sends reads, and by what. */
async function planFacts(db: Db, run: () => PromiseLike<unknown>): Promise<string> {
  const sent = once(db, 'query') as Promise<[{ sql: string; bindings: unknown[] }]>;
  await run();
  const [{ sql, bindings }] = await sent;
  const client = await db.client.acquireConnection();
  try {
    const { rows } = await client.query(
      `explain (analyze, buffers, timing off, format json) ${sql}`,
      bindings,
    );
    const [{ Plan: plan, 'Planning Time': planning, 'Execution Time': execution }] = rows[0]['QUERY PLAN'];
    const scans = leaves(plan).filter((node) => node['Relation Name']?.startsWith('usage_events'));
    const kinds = new Set(scans.map((node) => node['Node Type']));
    const removed = scans.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0);
    return `plan: ${[...kinds].join(', ')} of ${scans.length} partitions, ${removed} rows read in vain, ${
      plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    } blocks, ${planning.toFixed(1)} ms to plan, ${execution.toFixed(1)} ms to run`;
  } finally {
    await db.client.releaseConnection(client);
  }
}

function leaves(node: PlanNode): PlanNode[] {
  return node.Plans ? node.Plans.flatMap(leaves) : [node];
}

async function bytesPerRow(db: Db, rows: number): Promise<number> {
  const { rows: sizes } = await db.raw(
    `select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits where inhparent = 'usage_events'::regclass`,
  );
  return sizes[0].bytes / rows;
}
