import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type Db } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { type PostgresServer, startPostgres } from '../../scripts/stack/postgres.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import { addKey, fundedAccount } from '../support/customers.ts';
import { type Callers, deliveredAtLeast, startCallers } from '../support/delivered-calls.ts';
import { expectEveryCallIsExact } from '../support/exactness.ts';
import { seedTestCatalog } from '../support/proxy.ts';
import { type ProxyProcess, startProxyProcess } from '../support/proxy-process.ts';

const FUNDS = 1_000_000_000_000n;
const CALLERS = 24;
const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-test-proxy-'));
const logFile = path.join(folder, 'postgres.log');

let postgres: PostgresServer;
let db: Db;
let upstream: UpstreamSimulator;
let accountId: string;
let secret: string;
const proxies: ProxyProcess[] = [];

beforeAll(async () => {
  postgres = await startPostgres({ folder, logFile });
  db = connect({ url: postgres.url });
  await migrate(db);
  upstream = await startUpstreamSimulator({ apiKey: 'sk-upstream-secret' });
  await seedTestCatalog(db, upstream.url);
}, 120_000);
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.kill().catch(() => undefined)));
  await upstream.close();
  await db.destroy();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
beforeEach(async () => {
  ({ accountId } = await fundedAccount(db, [
    { pool: 'main', nanos: 1_000_000n },
    { pool: 'wallet', nanos: FUNDS },
  ]));
  secret = (await addKey(db, accountId)).secret;
});

async function startOne(): Promise<ProxyProcess> {
  const proxy = await startProxyProcess(postgres.url);
  proxies.push(proxy);
  return proxy;
}

const expectExact = (callers: Callers) =>
  expectEveryCallIsExact(db, accountId, FUNDS + 1_000_000n, callers.delivered);

describe('under load', () => {
  it('a proxy that is killed again and again leaves every delivered call charged once and the others voided', async () => {
    let current = await startOne();
    const other = await startOne();
    let turn = 0;
    const callers = startCallers(CALLERS, () => (turn++ % 2 === 0 ? current.url : other.url), secret);
    for (let kills = 0; kills < 4; kills++) {
      await deliveredAtLeast(callers, 200);
      await current.kill();
      current = await startOne();
    }
    await deliveredAtLeast(callers, 200);
    await callers.stop();
    expect(callers.failed).toBeGreaterThan(0);
    await expectExact(callers);
    const { rows } = await db.raw(
      `select count(*)::int as n from usage_events where account_id = ? and outcome = 'voided'`,
      [accountId],
    );
    expect(rows[0].n).toBeGreaterThan(0);
  }, 120_000);

  it('Postgres that is killed and comes back leaves every delivered call charged once', async () => {
    const proxy = await startOne();
    const callers = startCallers(CALLERS, () => proxy.url, secret);
    for (let kills = 0; kills < 3; kills++) {
      await deliveredAtLeast(callers, 200);
      const { port } = postgres;
      postgres.kill();
      await postgres.exited;
      await sleep(500);
      postgres = await startPostgres({ folder, logFile, port });
    }
    await deliveredAtLeast(callers, 200);
    await callers.stop();
    await expectExact(callers);
  }, 120_000);

  it('a proxy that is told to stop drops no call: it finishes those that run, then exits with 0', async () => {
    const [first, second] = [await startOne(), await startOne()];
    let stopping = false;
    const callers = startCallers(CALLERS, () => (stopping ? second.url : first.url), secret);
    await deliveredAtLeast(callers, 300);
    stopping = true;
    await sleep(5);
    expect(await first.terminate()).toBe(0);
    await deliveredAtLeast(callers, 200);
    await callers.stop();
    expect(callers.failed).toBe(0);
    await expectExact(callers);
  }, 120_000);
});

describe('while Postgres is away', () => {
  it('a proxy refuses with 503 and Retry-After at once, and goes on by itself afterwards', async () => {
    const proxy = await startOne();
    const call = () =>
      fetch(`${proxy.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }),
      });
    expect((await call()).status).toBe(200);
    const { port } = postgres;
    postgres.kill();
    await postgres.exited;
    const first = await call();
    expect(first.status).toBe(503);
    const startedAt = performance.now();
    const refused = await call();
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({ error: { code: 'database_unavailable' } });
    postgres = await startPostgres({ folder, logFile, port });
    let status = 0;
    for (let tries = 0; tries < 100 && status !== 200; tries++) {
      await sleep(50);
      status = (await call()).status;
    }
    expect(status).toBe(200);
    await expectExact({ delivered: [], failed: 0, stop: async () => undefined });
  }, 60_000);
});
