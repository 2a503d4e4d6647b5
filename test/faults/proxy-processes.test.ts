import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import { addKey, fundedAccount } from '../support/customers.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Callers, deliveredAtLeast, startCallers } from '../support/delivered-calls.ts';
import { expectEveryCallIsExact } from '../support/exactness.ts';
import { addPlan, subscribe } from '../support/plans.ts';
import { seedTestCatalog } from '../support/proxy.ts';
import { allServe, type ProxyProcess, startProxyProcess } from '../support/proxy-process.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000_000n;
const CALLERS = 24;

let database: TestDatabase;
let upstream: UpstreamSimulator;
let proxy: ProxyProcess;
let accountId: string;
let secret: string;
let callers: Callers;

beforeAll(async () => {
  database = await testDatabase();
  upstream = await startUpstreamSimulator({ apiKey: 'sk-upstream-secret' });
  await seedTestCatalog(database.db, upstream.url);
}, 120_000);
afterAll(async () => {
  await upstream.close();
  await database.drop();
});
beforeEach(async () => {
  ({ accountId } = await fundedAccount(database.db, [{ pool: 'wallet', nanos: FUNDS }]));
  secret = (await addKey(database.db, accountId)).secret;
  proxy = await startProxyProcess(database.url, 0, { PROXY_PROCESSES: '2' });
  callers = startCallers(CALLERS, () => proxy.url, secret);
}, 60_000);
afterEach(async () => {
  await callers.stop();
  await proxy.kill();
});

/** The processes behind the port. */
function workers(): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === proxy.child.pid).flatMap(([pid]) => pid ?? []);
}

const expectExact = () => expectEveryCallIsExact(database.db, accountId, FUNDS, callers.delivered);

async function settlementsInFigures(): Promise<number> {
  const response = await fetch(`${proxy.url}/metrics`, { headers: { connection: 'close' } });
  const line = /^tollgate_flushed_total\{kind="settlement"\} (\d+)$/m.exec(await response.text());
  return Number(line?.[1]);
}

describe('two processes behind one port, under load', () => {
  it('are restarted one by one on SIGHUP without a call that fails, and go on counting', async () => {
    const before = workers();
    expect(before).toHaveLength(2);
    await deliveredAtLeast(callers, 300);
    proxy.child.kill('SIGHUP');
    const after = await until(
      async () => workers(),
      (pids) => pids.length === 2 && pids.every((pid) => !before.includes(pid)),
      60_000,
    );
    await deliveredAtLeast(callers, 300);
    await callers.stop();
    expect(callers.failed).toBe(0);
    expect(workers()).toEqual(after);
    expect(await settlementsInFigures()).toBe(callers.delivered.length);
    await expectExact();
  }, 120_000);

  it('share the work, and tell of it together', async () => {
    await deliveredAtLeast(callers, 300);
    await callers.stop();
    for (let i = 0; i < 4; i++) expect(await settlementsInFigures()).toBe(callers.delivered.length);
    const answering = new Set<string>();
    const { rows } = await database.db.raw(
      `select distinct client_port::text as port from pg_stat_activity where application_name = 'tollgate-meter' and datname = current_database()`,
    );
    for (const { port } of rows) answering.add(port);
    expect(answering.size).toBe(2);
    await expectExact();
  }, 120_000);

  it('count rate limits together', async () => {
    await callers.stop();
    // Without a plan and without money: one call a minute.
    const { accountId: poor } = await fundedAccount(database.db, []);
    const key = await addKey(database.db, poor);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { status } = await fetch(`${proxy.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.secret}`, connection: 'close' },
        body: JSON.stringify({ model: 'gpt-free', messages: [{ role: 'user', content: 'hi' }] }),
      });
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 429, 429, 429, 429, 429]);
  });

  it('of which one is killed lose its calls only; another takes its place', async () => {
    for (let kills = 0; kills < 3; kills++) {
      await deliveredAtLeast(callers, 200);
      const [victim] = workers();
      if (victim) process.kill(victim, 'SIGKILL');
      await until(
        async () => workers(),
        (pids) => pids.length === 2 && !pids.includes(victim ?? 0),
        30_000,
      );
      await allServe(proxy.url);
    }
    await deliveredAtLeast(callers, 200);
    await callers.stop();
    await expectExact();
  }, 120_000);

  it('stop on SIGTERM when their calls are finished, with 0', async () => {
    const second = await startProxyProcess(database.url, 0, { PROXY_PROCESSES: '2' });
    const first = proxy;
    await deliveredAtLeast(callers, 200);
    proxy = second;
    await sleep(5);
    expect(await first.terminate()).toBe(0);
    await deliveredAtLeast(callers, 200);
    await callers.stop();
    expect(callers.failed).toBe(0);
    await expectExact();
  }, 120_000);

  it('finish their calls and end when the process that started them is killed', async () => {
    await deliveredAtLeast(callers, 100);
    const orphans = workers();
    await callers.stop();
    // The process that is killed counts their rates, and is told what calls did use when they end.
    await subscribe(
      database.db,
      accountId,
      await addPlan(database.db, { requestsPerMinute: 1_000, tokensPerMinute: 1_000_000 }),
    );
    await sleep(1_000);
    const inFlight = fetch(`${proxy.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'hi' }],
        max_tokens: 50,
        metadata: { simulate: JSON.stringify({ tokens: 5, first_byte_ms: 1_000 }) },
      }),
    });
    await sleep(300);
    await proxy.kill();
    expect((await inFlight).status).toBe(200);
    await until(
      async () => orphans.filter(isAlive),
      (alive) => alive.length === 0,
    );
    await expectExact();
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
