import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { type CallPage, listCalls } from './usage-log.ts';

let database: TestDatabase;
const accountId = '00000000-0000-7000-8000-000000000003';
const DAY_MS = 86_400_000;
const now = Date.now();
const month = new Date(now).toISOString().slice(0, 7).replace('-', '_');

beforeAll(async () => {
  database = await testDatabase();
  // The month so far and the one before, of a hundred accounts; that month's calls lie in the default partition.
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at)
     select overlay(gen_random_uuid()::text placing left(uuid_at(at)::text, 13) from 1 for 13)::uuid,
            ('00000000-0000-7000-8000-' || lpad((n % 100)::text, 12, '0'))::uuid, gen_random_uuid(), 'm' || n % 7, '/', false,
            'finished', at
       from (select n, now() - n * interval '2 minutes' as at from generate_series(1, 40000) n) calls`,
  );
  await database.db.raw('analyze usage_events');
});
afterAll(() => database.drop());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** How Postgres runs what the function sends, with the values that it sends. */
async function planOf(page: CallPage): Promise<PlanNode[]> {
  const sent = once(database.db, 'query') as Promise<[{ sql: string; bindings: unknown[] }]>;
  await listCalls(database.db, accountId, page);
  const [{ sql, bindings }] = await sent;
  const client = await database.db.client.acquireConnection();
  const { rows } = await client.query(`explain (analyze, format json) ${sql}`, bindings);
  await database.db.client.releaseConnection(client);
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan);
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const tables = (nodes: PlanNode[]) =>
  nodes.map((node) => node['Relation Name'] ?? '').filter((name) => name.startsWith('usage_events'));

describe('a page of the usage log', () => {
  it('of a span of time reads the partition of that time and no other', async () => {
    const [from, to] = [now - 1_000, now + 1_000].map((ms) => new Date(ms).toISOString());
    expect(tables(await planOf({ from, to, limit: 26 }))).toEqual([`usage_events_${month}`]);
    const later = new Date(now + 40 * DAY_MS).toISOString();
    expect(tables(await planOf({ from: later, limit: 26 }))).not.toContain(`usage_events_${month}`);
  });

  it('is filtered by model and key inside the index of the account', async () => {
    const nodes = await planOf({ model: 'm3', keyId: accountId, limit: 26 });
    // The others are small enough to be read whole.
    const large = nodes.find((node) => node['Relation Name'] === 'usage_events_default');
    expect(large?.['Index Cond']).toMatch(/account_id = .*\bid < .*model_id = .*api_key_id = /s);
  });
});
