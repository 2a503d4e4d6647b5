import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url });
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

async function log(accountId: string, count: number, model = 'gpt-5'): Promise<void> {
  await database.db.raw(
    `insert into usage_events (id, account_id, api_key_id, model_id, route, streamed, outcome, started_at,
       charge_nanos, wallet_nanos)
     select overlay(gen_random_uuid()::text placing left(uuid_at(now() - make_interval(secs => n))::text, 13) from 1 for 13)::uuid,
            :accountId, :accountId, :model, '/v1/chat/completions', false, 'finished', now(), n, n
       from generate_series(1, cast(:count as integer)) n`,
    { accountId, model, count },
  );
}

const download = (cookie: string, query = '') => api.request('GET', `/api/usage.csv${query}`, { cookie });
const linesOf = (text: string) => text.trimEnd().split('\n');

describe('the CSV export', () => {
  it('has a header and every call, newest first, over many pages', async () => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, 2_500);
    const { headers, text } = await download(cookie);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="usage.csv"');
    const [header = '', ...lines] = linesOf(text);
    const columns = header.split(',');
    const charges = lines.map((line) => line.split(',')[columns.indexOf('charge_usd')]);
    expect(charges.length).toBe(2_500);
    expect([charges[0], charges[1_000], charges[2_499]]).toEqual(['0.000000001', '0.000001001', '0.0000025']);
    expect(lines[0]?.split(',').length).toBe(columns.length);
    expect(new Set(lines).size).toBe(2_500);
  });

  it('takes the filters of the list, and only the calls of the account', async () => {
    const [owner, stranger] = [await api.customer(), await api.customer()];
    await log(owner.accountId, 3, 'gpt-5');
    await log(owner.accountId, 2, 'claude-5');
    const count = async (cookie: string, query = '') =>
      linesOf((await download(cookie, query)).text).length - 1;
    expect(await count(owner.cookie)).toBe(5);
    expect(await count(owner.cookie, '?model=claude-5')).toBe(2);
    expect(await count(owner.cookie, '?to=2020-01-01T00:00:00Z')).toBe(0);
    expect(await count(stranger.cookie)).toBe(0);
    expect((await download(owner.cookie, '?limit=5')).status).toBe(400);
  });

  it.each([
    ['=cmd()', `'=cmd()`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['@sum', `'@sum`],
    ['＝1', `'＝1`],
    ['a,"b"', '"a,""b"""'],
  ])('writes the model %s so that no spreadsheet runs it', async (model, cell) => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, 1, model);
    const [, line = ''] = linesOf((await download(cookie)).text);
    expect(line).toContain(`,${cell},`);
  });

  it('starts before the first call is found, and ends its query when the reader leaves', async () => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, 5);
    const blocker = await database.db.transaction();
    await blocker.raw('lock table usage_events in access exclusive mode');
    const leave = new AbortController();
    const answer = await fetch(`${api.url}/api/usage.csv`, { headers: { cookie }, signal: leave.signal });
    const reader = answer.body!.getReader();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value)).toMatch(/^started_at,trace_id,.*\n$/);
    const waiting = async () =>
      Number(
        (
          await database.db.raw(
            `select count(*) from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock' and query like '%usage_events%'`,
          )
        ).rows[0].count,
      );
    await until(waiting, (count) => count === 1, 5_000);
    leave.abort();
    await until(waiting, (count) => count === 0, 5_000);
    await blocker.rollback();
    expect((await download(cookie)).status).toBe(200);
  });

  it('reads no further than a slow reader takes it', async () => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, 60_000);
    let pages = 0;
    const count = ({ sql }: { sql: string }) => {
      if (sql.includes('from usage_events')) pages++;
    };
    api.deps.db.on('query', count);
    const leave = new AbortController();
    const answer = await fetch(`${api.url}/api/usage.csv`, { headers: { cookie }, signal: leave.signal });
    await answer.body!.getReader().read();
    for (let before = -1; before !== pages; ) {
      before = pages;
      await sleep(1_000);
    }
    // Sixty pages of 300 kB; what sockets and streams keep is a few MB.
    expect(pages).toBeLessThan(40);
    leave.abort();
    api.deps.db.removeListener('query', count);
  });

  it('breaks the connection when the database goes away in the middle: half a file is not a file', async () => {
    const { accountId, cookie } = await api.customer();
    await log(accountId, 60_000);
    const answer = await fetch(`${api.url}/api/usage.csv`, { headers: { cookie } });
    const reader = answer.body!.getReader();
    await reader.read();
    await database.db.raw('alter table usage_events rename to usage_events_gone');
    const rest = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read());
    })();
    await expect(rest).rejects.toThrow();
    await database.db.raw('alter table usage_events_gone rename to usage_events');
    expect((await api.request('GET', `/api/usage/${uuidv7()}`, { cookie })).status).toBe(404);
  });
});
