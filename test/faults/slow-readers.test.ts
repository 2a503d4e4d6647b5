import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import { addKey, fundedAccount } from '../support/customers.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { expectEveryCallIsExact } from '../support/exactness.ts';
import { seedTestCatalog } from '../support/proxy.ts';
import { type ProxyProcess, startProxyProcess } from '../support/proxy-process.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000_000n;
const READERS = 100;
const SECONDS = 12;
const MIB = 1024 * 1024;

let database: TestDatabase;
let upstream: UpstreamSimulator;
let proxy: ProxyProcess | undefined;
let accountId: string;
let secret: string;

beforeAll(async () => {
  database = await testDatabase();
  upstream = await startUpstreamSimulator({ apiKey: 'sk-upstream-secret' });
  await seedTestCatalog(database.db, upstream.url);
  ({ accountId } = await fundedAccount(database.db, [{ pool: 'wallet', nanos: FUNDS }]));
  secret = (await addKey(database.db, accountId)).secret;
}, 120_000);
afterEach(() => proxy?.kill());
afterAll(async () => {
  await upstream.close();
  await database.drop();
});

/** Asks for a stream of 100 MB. */
function ask(url: string): Socket {
  const body = JSON.stringify({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 1_000,
    stream: true,
    metadata: { simulate: JSON.stringify({ tokens: 1_000, chunks: 1_000, chunk_chars: 100_000 }) },
  });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: proxy\r\nAuthorization: Bearer ${secret}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

/** Takes what has come, ten times a second: some 600 KB. */
function readSlowly(socket: Socket): { stop(): void; bytes(): number } {
  socket.on('data', () => socket.pause());
  const timer = setInterval(() => socket.resume(), 100);
  return {
    stop: () => {
      clearInterval(timer);
      socket.destroy();
    },
    bytes: () => socket.bytesRead,
  };
}

async function residentBytes(url: string): Promise<number> {
  const figures = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(figures)?.[1]);
}

describe('a hundred callers who read streams of 100 MB slowly', () => {
  it('leave the proxy below 200 MiB in all, and hinder nobody', async () => {
    const { url } = await start();
    const before = await usageRows();
    const readers = Array.from({ length: READERS }, () => readSlowly(ask(url)));
    let most = 0;
    for (const end = Date.now() + SECONDS * 1000; Date.now() < end; await sleep(250))
      most = Math.max(most, await residentBytes(url));
    const read = readers.map((reader) => reader.bytes());
    const other = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }),
      signal: AbortSignal.timeout(10_000),
    });
    expect(other.status).toBe(200);
    for (const reader of readers) reader.stop();
    // All of them were served, and none of them to the end.
    expect(Math.min(...read)).toBeGreaterThan(0);
    expect(Math.max(...read)).toBeLessThan(100_000_000);
    expect(most).toBeLessThan(200 * MIB);
    await until(usageRows, (rows) => rows === before + READERS + 1);
    await expectEveryCallIsExact(database.db, accountId, FUNDS, []);
  }, 90_000);

  it('get all of it when they read on', async () => {
    const { url } = await start();
    const socket = ask(url);
    let last = '';
    socket.on('data', (chunk) => {
      last = (last + chunk.toString('latin1')).slice(-200);
    });
    await until(
      async () => last,
      (text) => text.includes('[DONE]'),
      60_000,
    );
    expect(socket.bytesRead).toBeGreaterThan(100_000_000);
    socket.destroy();
    await expectEveryCallIsExact(database.db, accountId, FUNDS, []);
  }, 90_000);
});

async function start(): Promise<ProxyProcess> {
  proxy = await startProxyProcess(database.url);
  return proxy;
}

async function usageRows(): Promise<number> {
  return (await database.db.raw('select count(*)::int as n from usage_events')).rows[0].n;
}
