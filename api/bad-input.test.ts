import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type RequestOptions, startTestApi, type TestApi } from '../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { apiRoutes } from './app.ts';
import type { Route } from './route.ts';
import { errorBody } from './schemas/common.ts';

let database: TestDatabase;
let api: TestApi;
let routes: Route[];
let cookie: string;
let before: string;
const BILLING_TOKEN = 'a-token-of-the-scheduler';

beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url, environment: { BILLING_TOKEN } });
  routes = apiRoutes(api.deps);
  ({ cookie } = await api.customer({ role: 'admin' }));
  before = await everything();
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

/** All that a refused request could have changed. */
async function everything(): Promise<string> {
  const tables = [
    'auth_users',
    'auth_credentials',
    'accounts',
    'api_keys',
    'ledger_accounts',
    'ledger_transfers',
    'orders',
    'inbox_events',
    'subscriptions',
    'payment_methods',
    'audit_log',
  ];
  const contents = await Promise.all(
    tables.map((table) =>
      database.db.raw(`select coalesce(json_agg(t order by t.id), '[]') as content from ${table} t`),
    ),
  );
  return JSON.stringify(contents.map(({ rows }) => rows[0].content));
}

const target = ({ path }: Route) => path.replaceAll(/:\w+/g, '0198c0de-0000-7000-8000-000000000000');
const shapeOf = (schema: unknown) => (schema as { shape?: object } | undefined)?.shape ?? {};
const ask = (route: Route, options: RequestOptions = {}) =>
  api.request(route.method.toUpperCase(), target(route), {
    cookie,
    ...options,
    headers: { 'idempotency-key': 'a-key', authorization: `Bearer ${BILLING_TOKEN}`, ...options.headers },
  });
const json = (raw: string | Uint8Array, type = 'application/json') => ({
  raw,
  headers: { 'content-type': type },
});

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body?.error?.code]).toEqual([status, code]);
  const { error } = errorBody.parse(answer.body);
  expect(error.trace_id).toBe(answer.headers.get('x-request-id'));
}

describe('every route that takes a body', () => {
  it.each([
    ['broken JSON', json('{"amount_usd": "20.00"'), 400, 'invalid_request'],
    ['no body', json(''), 400, 'invalid_request'],
    ['a list', json('[]'), 400, 'invalid_request'],
    ['a number', json('1e999'), 400, 'invalid_request'],
    ['null', json('null'), 400, 'invalid_request'],
    ['broken UTF-8', json(new Uint8Array([0x22, 0xff, 0x22])), 400, 'invalid_request'],
    ['an unknown field', json('{"no_such_field": 1}'), 400, 'invalid_request'],
    ['a prototype', json('{"__proto__": {"role": "admin"}}'), 400, 'invalid_request'],
    ['a form', json('a=b', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
    ['plain text', json('{}', 'text/plain'), 415, 'unsupported_media_type'],
    ['10 MB', json(`"${'x'.repeat(10_000_000)}"`), 413, 'payload_too_large'],
    [
      'compressed JSON',
      { raw: 'x', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type',
    ],
  ])('refuses %s', async (_, options, status, code) => {
    const taking = routes.filter((route) => route.body);
    expect(taking.length).toBeGreaterThan(5);
    for (const route of taking) expectRefusal(await ask(route, options), status, code);
  });

  it.each([[42], [true], [{ a: 1 }], [['x']], ['\u0000'], ['x'.repeat(5_000)]])(
    'refuses %j in any of its fields',
    async (value) => {
      for (const route of routes) {
        for (const field of Object.keys(shapeOf(route.body))) {
          // Some fields do take this kind of value: then others are missing.
          if (value === true && /rememberMe|revokeOther|dry_run|pay2go/.test(field)) continue;
          if (value === 42 && field === 'limit') continue;
          if (Array.isArray(value) && route.method === 'patch' && field === 'models') continue;
          const answer = await ask(route, { body: { [field]: value } });
          expect([route.path, field, answer.status]).toEqual([route.path, field, 400]);
          expectRefusal(answer, 400, 'invalid_request');
        }
      }
    },
  );
});

describe('every route', () => {
  it('that needs a session refuses a request without one before it looks at anything else', async () => {
    const guarded = routes.filter((route) => route.access !== 'public');
    expect(guarded.length).toBeGreaterThan(5);
    for (const route of guarded) {
      expectRefusal(await ask(route, { cookie: '' }), 401, 'unauthorized');
      expectRefusal(await ask(route, { cookie: 'tollgate.session_token=made.up' }), 401, 'unauthorized');
    }
  });

  it('that changes something refuses another site, and a cookie without an origin', async () => {
    const changing = routes.filter((route) => route.method !== 'get');
    for (const route of changing)
      for (const origin of ['https://evil.example', 'null', `${api.url}.evil.example`])
        expectRefusal(await ask(route, { headers: { origin } }), 403, 'origin_not_allowed');
    const bare = (headers: Record<string, string>) =>
      fetch(`${api.url}/api/keys`, { method: 'POST', headers: { cookie, ...headers } });
    expect((await bare({})).status).toBe(403);
    expect((await bare({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await bare({ 'sec-fetch-site': 'same-origin' })).status).toBe(415);
  });

  it('answers an unknown method with 405 and the ones that it knows', async () => {
    for (const route of routes) {
      const answer = await api.request('PUT', target(route), { cookie });
      expectRefusal(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')).toContain(route.method.toUpperCase());
    }
  });

  it('refuses an id that is none, and does not find one that nobody has', async () => {
    for (const route of routes.filter((candidate) => candidate.access !== 'public' && candidate.params)) {
      const wrong = { ...route, path: route.path.replace(/:\w+/, "1' or '1'='1") };
      const answer = await ask(wrong, route.body ? { body: {} } : {});
      expectRefusal(answer, 400, 'invalid_request');
      if (!route.body) expectRefusal(await ask(route), 404, 'not_found');
    }
  });
});

describe('a query', () => {
  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=x', 'cursor'],
    ['cursor[]=x', 'cursor[]'],
    ['key_id=1', 'key_id'],
    ['from=yesterday', 'from'],
    ['to=2026-13-01T00:00:00Z', 'to'],
    ['from=1e30', 'from'],
    ['unknown=1', 'unknown'],
    ['from=0000-01-01T00:00:00Z', 'from'],
    ['to=9999-12-31T23:59:59Z', 'to'],
    ['to=2026-01-01T00:00:00%2B99:00', 'to'],
  ])('%s is refused with the name of what is wrong', async (query, param) => {
    const answer = await api.request('GET', `/api/usage?${query}`, { cookie });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.param).toBe(param);
  });

  it('with a moment that Postgres cannot read is refused wherever one is asked for', async () => {
    const asking = routes.flatMap((route) =>
      ['from', 'to'].filter((name) => name in shapeOf(route.query)).map((name) => [route, name] as const),
    );
    expect(asking.length).toBeGreaterThan(5);
    for (const [route, name] of asking) {
      const query = `?${name}=${encodeURIComponent('0000-01-01T00:00:00Z')}`;
      const answer = await api.request('GET', `${target(route)}${query}`, { cookie });
      expect([route.path, answer.status, answer.body.error?.code]).toEqual([
        route.path,
        400,
        'invalid_request',
      ]);
      expect(answer.body.error.param).toBe(name);
    }
  });

  it('with a NUL character is refused, not failed', async () => {
    const answer = await api.request('GET', '/api/usage?model=%00', { cookie });
    expectRefusal(answer, 400, 'invalid_request');
  });
});

describe('a path that is none', () => {
  it.each(['/nope', '/api', '/api/nope', '/api/auth', '/api/auth/nope', '/%E0%A4%A', '//api/me'])(
    '%s is answered in the shape of errors',
    async (path) => {
      expectRefusal(await api.request('GET', path), 404, 'not_found');
    },
  );
});

describe('text that Postgres cannot store', () => {
  it.each([
    ['/api/keys', { name: 'a\u0000b' }],
    ['/api/keys', { name: 'a', models: ['\u0000'] }],
    ['/api/auth/sign-up/email', { name: 'a\u0000b', email: 'nul@example.com', password: 'correct horse' }],
  ])('is refused by %s', async (path, body) => {
    const answer = await api.request('POST', path, { cookie, body });
    expectRefusal(answer, 400, 'invalid_request');
  });
});

describe('all of this', () => {
  it('changed nothing', async () => {
    expect(await everything()).toBe(before);
  });
});
