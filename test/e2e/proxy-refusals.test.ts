import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addKey, balances } from '../support/customers.ts';
import { startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;

beforeAll(async () => {
  tollgate = await startTestProxy({ trustedProxies: 1 });
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterAll(async () => {
  // Whatever was sent here, it changed nothing and no secret was logged.
  expect(await balances(tollgate.database.db, caller.accountId)).toEqual([['wallet', FUNDS, 0n]]);
  const log = tollgate.logLines.join('\n');
  expect(log).not.toContain(caller.key.secret);
  expect(log).not.toContain('sk-upstream-secret');
  expect(log).not.toContain('whisper');
  await tollgate.stop();
});

const good = { model: 'gpt-4o', messages: [{ role: 'user', content: 'whisper' }], max_tokens: 10 };

async function post(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
) {
  const response = await fetch(`${tollgate.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.key.secret}`, 'content-type': 'application/json', ...headers },
    body: body as string,
  });
  const { error } = (await response.json()) as { error: any };
  return {
    status: response.status,
    error,
    requestId: response.headers.get('x-request-id'),
    headers: response.headers,
  };
}

describe('what is wrong with a request is said in the shape that clients know', () => {
  it.each([
    ['broken JSON', '{"model":', 400, 'invalid_request', null],
    ['no JSON at all', 'model=gpt-4o', 400, 'invalid_request', null],
    ['nothing', '', 400, 'invalid_request', null],
    ['a list', '[]', 400, 'invalid_request', null],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, 'invalid_request', null],
    ['no model', JSON.stringify({ messages: good.messages }), 400, 'invalid_request', 'model'],
    ['no messages', JSON.stringify({ model: 'gpt-4o' }), 400, 'invalid_request', 'messages'],
    ['a limit below zero', JSON.stringify({ ...good, max_tokens: -1 }), 400, 'invalid_request', 'max_tokens'],
    ['an endless limit', JSON.stringify(good).replace('10', '1e30'), 400, 'invalid_request', 'max_tokens'],
    [
      'a limit in text',
      JSON.stringify({ ...good, max_tokens: 'many' }),
      400,
      'invalid_request',
      'max_tokens',
    ],
    ['more choices than there are', JSON.stringify({ ...good, n: 2 ** 64 }), 400, 'invalid_request', 'n'],
    ['an unknown model', JSON.stringify({ ...good, model: 'gpt-99' }), 404, 'model_not_found', 'model'],
    [
      'a model named like the prototype',
      JSON.stringify({ ...good, model: '__proto__' }),
      404,
      'model_not_found',
      'model',
    ],
    ['ten megabytes', JSON.stringify({ ...good, x: 'x'.repeat(10_000_000) }), 413, 'payload_too_large', null],
  ] as const)('%s', async (_, body, status, code, param) => {
    const refused = await post(body);
    expect(refused).toMatchObject({ status, error: { code, param } });
    expect(refused.error.message).toEqual(expect.any(String));
    expect(refused.error.type).toEqual(expect.any(String));
    expect(refused.error.trace_id).toBe(refused.requestId);
    expect(refused.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('brackets a hundred thousand deep pass safely', async () => {
    const deep = JSON.stringify(good).replace('{', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},`);
    const response = await fetch(`${tollgate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key.secret}` },
      body: deep.replace('"gpt-4o"', '"gpt-free"'),
    });
    expect([200, 400]).toContain(response.status);
  });

  it('ten megabytes in chunks without a length', async () => {
    const chunk = Buffer.alloc(1_000_000, 'x');
    const body = new ReadableStream({
      start: (controller) => {
        for (let i = 0; i < 10; i++) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`${tollgate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key.secret}` },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('a compressed body', async () => {
    expect(await post('x', { 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      error: { code: 'unsupported_media_type' },
    });
  });

  it('another path or method', async () => {
    expect(await post('{}', {}, '/v1/nothing')).toMatchObject({ status: 404, error: { code: 'not_found' } });
    expect(await post('{}', {}, '/v1/models')).toMatchObject({
      status: 405,
      error: { code: 'method_not_allowed' },
    });
    expect((await post('{}', {}, '/v1/models')).headers.get('allow')).toBe('GET');
  });

  it('pages of other origins: OPTIONS says what is possible, and allows them nothing', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await fetch(`${tollgate.url}/v1/chat/completions`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('POST');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('a caller', () => {
  it.each([
    ['without a key', ''],
    ['with an unknown key', 'Bearer tg_nobodyhasthiskey'],
    ['with another scheme', 'Basic dXNlcjpwYXNz'],
    ['with an absurd key', `Bearer ${'x'.repeat(5000)}`],
    ['with SQL for a key', `Bearer ' or 1=1 --`],
  ])('%s gets 401, before the body is read', async (_, authorization) => {
    const refused = await post(JSON.stringify({ ...good, x: 'x'.repeat(9_000_000) }), { authorization });
    expect(refused).toMatchObject({ status: 401, error: { code: 'invalid_api_key' } });
  });

  it('whose key is revoked, switched off or expires is refused within a second', async () => {
    const { db } = tollgate.database;
    const changes = [
      'update api_keys set revoked_at = now() where id = ?',
      'update api_keys set enabled = false where id = ?',
      `update api_keys set "expiresAt" = now() where id = ?`,
    ];
    for (const change of changes) {
      const key = await addKey(db, caller.accountId);
      const call = () =>
        post(JSON.stringify({ ...good, model: 'gpt-99' }), { authorization: `Bearer ${key.secret}` });
      expect((await call()).status).toBe(404);
      await db.raw(change, [key.id]);
      await until(call, ({ status }) => status === 401, 1_000);
    }
  });

  it('whose account is suspended gets 403 within a second, and is let in again as fast', async () => {
    const other = await tollgate.caller();
    const call = () =>
      post(JSON.stringify({ ...good, model: 'gpt-99' }), { authorization: `Bearer ${other.key.secret}` });
    expect((await call()).status).toBe(404);
    const set = (status: string) =>
      tollgate.database.db.raw('update accounts set status = ? where id = ?', [status, other.accountId]);
    await set('suspended');
    const refused = await until(call, ({ status }) => status === 403, 1_000);
    expect(refused.error.code).toBe('account_suspended');
    await set('active');
    await until(call, ({ status }) => status === 404, 1_000);
  });

  it('may call only the models that the key lists', async () => {
    const key = await addKey(tollgate.database.db, caller.accountId, { models: ['gpt-free'] });
    const refused = await post(JSON.stringify(good), { authorization: `Bearer ${key.secret}` });
    expect(refused).toMatchObject({ status: 403, error: { code: 'model_not_allowed' } });
    const listed = await tollgate.clientFor(key).models.list();
    expect(listed.data.map(({ id }) => id)).toEqual(['gpt-free']);
  });

  it('may call only from the addresses that the key lists, and cannot pretend to another', async () => {
    const key = await addKey(tollgate.database.db, caller.accountId, {
      ipRanges: ['10.1.0.0/16', 'fd00::/8'],
    });
    const from = (forwarded: string) =>
      post(JSON.stringify({ ...good, model: 'gpt-99' }), {
        authorization: `Bearer ${key.secret}`,
        'x-forwarded-for': forwarded,
      });
    expect((await from('10.1.2.3')).status).toBe(404);
    expect((await from('fd00::1')).status).toBe(404);
    expect(await from('10.2.2.3')).toMatchObject({ status: 403, error: { code: 'forbidden' } });
    expect((await from('10.1.2.3, 203.0.113.7')).status).toBe(403);
    expect((await from('nonsense')).status).toBe(403);
  });
});

describe('models', () => {
  it('are listed and shown as OpenAI does', async () => {
    const list = await caller.client.models.list();
    expect(list.data).toEqual([
      { id: 'gpt-4o', object: 'model', created: expect.any(Number), owned_by: 'tollgate' },
      { id: 'gpt-free', object: 'model', created: expect.any(Number), owned_by: 'tollgate' },
    ]);
    expect(await caller.client.models.retrieve('gpt-4o')).toMatchObject({ id: 'gpt-4o' });
    const headers = { authorization: `Bearer ${caller.key.secret}` };
    const head = await fetch(`${tollgate.url}/v1/models`, { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    await expect(caller.client.models.retrieve('gpt-99')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  it('that are switched off or get another price are known as such within a second', async () => {
    const { db } = tollgate.database;
    await db.raw(`insert into models (id, free) values ('brief', true)`);
    const seen = async () => (await caller.client.models.list()).data.some(({ id }) => id === 'brief');
    await until(seen, (there) => there, 1_000);
    await db.raw(`update models set enabled = false where id = 'brief'`);
    await until(seen, (there) => !there, 1_000);
  });
});

describe('what is not quite HTTP', () => {
  const head = (extra: string) =>
    `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${caller.key.secret}\r\n${extra}\r\n`;

  async function raw(text: string): Promise<string> {
    const socket = connect(tollgate.proxy.port, '127.0.0.1');
    socket.end(text);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    // Whoever goes on sending after the refusal meets a closed connection.
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['chunks that are not the last encoding', 'Transfer-Encoding: chunked, identity\r\n'],
    ['a header broken over lines', 'X-Evil: a\r\n b: c\r\n'],
    ['a bare line feed in a header', 'X-Evil: a\nX-Other: b\r\n'],
    ['headers of 40 kilobytes', `X-Long: ${'x'.repeat(40_000)}\r\n`],
  ])('%s is refused and the connection closed', async (_, extra) => {
    const answer = await raw(`${head(extra)}0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  });
});

describe('operations', () => {
  it('answer health, readiness and metrics to scrapers, and metrics to nobody from outside', async () => {
    expect((await fetch(`${tollgate.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${tollgate.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${tollgate.url}/metrics`)).text()).toContain(
      'tollgate_refusals_total{code="model_not_found"}',
    );
    const outside = await fetch(`${tollgate.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(outside.status).toBe(404);
  });
});
