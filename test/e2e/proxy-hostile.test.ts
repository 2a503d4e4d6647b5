import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkLedger } from '../../db/ledger-check.ts';
import { balances } from '../support/customers.ts';
import { startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;

beforeAll(async () => {
  tollgate = await startTestProxy();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterAll(async () => {
  // Whatever was sent: nothing is held, and every nano is accounted for.
  const held = async () => (await balances(tollgate.database.db, caller.accountId))[0]?.[2];
  await until(held, (nanos) => nanos === 0n);
  expect((await checkLedger(tollgate.database.db)).filter((check) => check.rows.length > 0)).toEqual([]);
  await tollgate.stop();
});

/** What comes back until the connection is closed, by us after a second of silence if not by the proxy. */
function send(...parts: (string | Buffer)[]): Promise<string> {
  return sendPatiently(1_000, ...parts);
}

async function sendPatiently(patienceMs: number, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(tollgate.proxy.port, '127.0.0.1');
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  for (const part of parts) socket.write(part);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const statuses = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d\d\d) /g)].map(([, status]) => Number(status));
const upstreamSaw = async () => (await tollgate.upstream.control.requests()).length;

function head(headers: string, path = '/v1/chat/completions'): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${caller.key.secret}\r\n${headers}\r\n`;
}

const good = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 });
const smuggled = `GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer stolen\r\n\r\n`;
const inChunks = (text: string, size = text.length.toString(16)) => `${size}\r\n${text}\r\n0\r\n\r\n`;

describe('a body in chunks', () => {
  it.each([
    ['whose size is not hexadecimal', 'xyz'],
    ['whose size is negative', '-5'],
    ['whose size has a sign', '+5'],
    ['whose size has a prefix', '0x5'],
    ['whose size is beyond all numbers', 'f'.repeat(40)],
    ['whose size is followed by a bare line feed', `${good.length.toString(16)}\n`],
  ])('%s is refused, and what follows is not read as a request', async (_, size) => {
    const before = await upstreamSaw();
    const answer = await send(head('Transfer-Encoding: chunked\r\n'), inChunks(good, size), smuggled);
    expect(statuses(answer)).toEqual([400]);
    expect(await upstreamSaw()).toBe(before);
  });

  it.each([
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: identity, chunked, identity',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: \x0bchunked',
    'Content-Length: +5',
    'Content-Length: 5, 5',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Content-Length: 99999999999999999999999',
  ])('or of a length said as %j is refused or read in one way only', async (header) => {
    const before = await upstreamSaw();
    const answer = await send(head(`${header}\r\n`), inChunks('GET /healthz HTTP/1.1\r\n\r\n'), smuggled);
    expect(statuses(answer).filter((status) => status < 400)).toEqual([]);
    expect(statuses(answer).length).toBeLessThanOrEqual(1);
    expect(await upstreamSaw()).toBe(before);
  });

  it('with a megabyte of chunk extensions is refused', async () => {
    const answer = await send(
      head('Transfer-Encoding: chunked\r\n'),
      `5;x=${'y'.repeat(1_000_000)}\r\n`,
      'hello\r\n',
    );
    expect(statuses(answer)).toEqual([400]);
  });

  it('of one byte each is read as any other', async () => {
    const bytes = [...good].map((byte) => `1\r\n${byte}\r\n`).join('');
    const answer = await send(
      head('Transfer-Encoding: chunked\r\nConnection: close\r\n'),
      bytes,
      '0\r\n\r\n',
    );
    expect(statuses(answer)).toEqual([200]);
  });
});

describe('two requests in one write', () => {
  it('are answered in their order, each once', async () => {
    const one = `${head(`Content-Length: ${good.length}\r\n`)}${good}`;
    const last = `${head(`Content-Length: ${good.length}\r\nConnection: close\r\n`, '/v1/nothing')}${good}`;
    expect(statuses(await send(one + last))).toEqual([200, 404]);
  });
});

describe('headers', () => {
  it.each([
    ['with a line break in a value', 'X-A: b\rX-B: c\r\n'],
    ['with a zero byte', 'X-A: b\0c\r\n'],
    ['with a space in the name', 'X A: b\r\n'],
    ['without a name', ': b\r\n'],
    ['that are one megabyte long', `X-A: ${'b'.repeat(1_000_000)}\r\n`],
    ['that are ten thousand', Array.from({ length: 10_000 }, (_, i) => `X-${i}: b\r\n`).join('')],
  ])('%s are refused', async (_, headers) => {
    const answer = await send(head(`${headers}Content-Length: ${good.length}\r\n`), good);
    expect([400, 431]).toContain(statuses(answer)[0]);
    expect(statuses(answer)).toHaveLength(1);
  });

  it('of ours cannot be written by a caller, nor those to the upstream', async () => {
    const evil = 'gpt-4o\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK';
    const body = JSON.stringify({ model: evil, messages: [] });
    const answer = await send(
      head(`Content-Length: ${body.length}\r\nConnection: close\r\nX-Request-Id: mine\r\n`),
      body,
    );
    expect(answer).not.toMatch(/^X-Evil/im);
    expect(answer).not.toMatch(/^x-request-id: mine/im);
    expect(statuses(answer)).toHaveLength(1);
    const sent = head(
      `Content-Length: ${good.length}\r\nConnection: close\r\nX-Api-Key-Of: me\r\nCookie: a=b\r\n`,
    );
    expect(statuses(await send(sent, good))).toEqual([200]);
    const seen = (await tollgate.upstream.control.requests()).at(-1)?.headers ?? {};
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(JSON.stringify(seen)).not.toContain(caller.key.secret);
  });
});

describe('a body', () => {
  it('of 50 MB is refused before it is read, and when it does not say how long it is', async () => {
    const start = performance.now();
    const told = await send(head(`Content-Length: ${50_000_000}\r\n`), good);
    expect(statuses(told)).toEqual([413]);
    const untold = await send(
      head('Transfer-Encoding: chunked\r\n'),
      `${(50_000_000).toString(16)}\r\n`,
      Buffer.alloc(50_000_000, 'x'),
      '\r\n0\r\n\r\n',
    );
    expect(statuses(untold)).toEqual([413]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])(
    'with a million %s in each other is answered, and costs what was reported or nothing',
    async (_, open, close) => {
      const depth = 1_000_000;
      const bomb = `${open.repeat(depth)}1${close.repeat(depth)}`;
      for (const field of ['messages', 'tools', 'metadata', 'anything']) {
        const body = good.replace('{', `{"${field}":${bomb},`);
        const headers = head(`Content-Length: ${body.length}\r\nConnection: close\r\n`);
        const answer = await sendPatiently(30_000, headers, body);
        expect([200, 400, 403, 502]).toContain(statuses(answer)[0]);
      }
      expect((await fetch(`${tollgate.url}/healthz`)).status).toBe(200);
    },
    60_000,
  );

  it("that never comes to its end is nobody's bill", async () => {
    const before = await upstreamSaw();
    await send(head(`Content-Length: ${good.length + 1}\r\n`), good);
    expect(await upstreamSaw()).toBe(before);
  });
});
