import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, startTestApi, type TestApi } from '../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';

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

describe('with Postgres down', () => {
  it('every part that needs it answers 503 with a clear text and no detail, the rest goes on', async () => {
    const { cookie } = await api.customer();
    const down = await startTestApi({ databaseUrl: 'postgres://somebody:secret-password@127.0.0.1:1/none' });
    const body = { email: 'ann@example.com', password: 'correct horse', name: 'Ann' };
    for (const answer of [
      await down.request('GET', '/api/me', { cookie }),
      await down.request('POST', '/api/auth/sign-in/email', { body: { ...body, name: undefined } }),
      await down.request('POST', '/api/auth/sign-up/email', { body }),
      await down.request('GET', '/readyz'),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([503, 'database_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|select/);
    }
    expect((await down.request('GET', '/healthz')).status).toBe(200);
    expect(down.logLines.join('')).not.toContain('secret-password');
    await down.stop();
  });

  it('for a moment, requests that it broke answer 503 and later ones work', async () => {
    const { cookie } = await api.customer();
    const ask = () => api.request('GET', '/api/me', { cookie });
    const broken: Answer[] = [];
    for (let round = 0; round < 10; round++) {
      const asking = Array.from({ length: 8 }, ask);
      await database.db.raw(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      );
      broken.push(...(await Promise.all(asking)), await ask());
    }
    const codes = new Set(broken.map(({ body }) => body.error?.code));
    expect([...codes].filter((code) => code !== undefined)).toEqual(['database_unavailable']);
    await ask();
    expect((await ask()).status).toBe(200);
  });
});

describe('with a Postgres that says nothing', () => {
  it('the api is not ready, and says so before anybody gives up on it', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const waiting = await startTestApi({ databaseUrl: `postgres://a:b@127.0.0.1:${port}/none` });
    const startedAt = performance.now();
    const answer = await waiting.request('GET', '/readyz');
    expect(performance.now() - startedAt).toBeLessThan(4_500);
    expect([answer.status, answer.body.error.code]).toEqual([503, 'database_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('5');
    await waiting.stop();
    silent.close();
  }, 60_000);
});

describe('with Temporal down', () => {
  it('the api is ready, and says so of Temporal', async () => {
    const answer = await api.request('GET', '/readyz');
    expect([answer.status, answer.body]).toEqual([200, { postgres: 'up', temporal: 'down' }]);
  });
});

describe('a fault of ours', () => {
  it('is answered with the trace id only and logged with its stack', async () => {
    const { accountId, cookie } = await api.customer();
    await database.db.raw('alter table accounts rename column time_zone to time_zone_broken');
    const answer = await api.request('GET', '/api/me', { cookie });
    await database.db.raw('alter table accounts rename column time_zone_broken to time_zone');
    expect([answer.status, answer.body.error.code]).toEqual([500, 'internal_error']);
    expect(answer.text).not.toMatch(/time_zone|column|select/);
    const line = api.logLines.find(
      (text) => text.includes(answer.body.error.trace_id) && text.includes('"level":50'),
    );
    expect(JSON.parse(line ?? '{}').err.stack).toContain('time_zone');
    expect(accountId).toBeDefined();
  });
});
