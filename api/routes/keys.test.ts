import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../db/audit-log.ts';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';

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

const make = (cookie: string, body: object = { name: 'laptop' }) =>
  api.request('POST', '/api/keys', { cookie, body });
const revoke = (cookie: string, id: string) => api.request('DELETE', `/api/keys/${id}`, { cookie });
const change = (cookie: string, id: string, body: object) =>
  api.request('PATCH', `/api/keys/${id}`, { cookie, body });
const storedKey = async (id: string) =>
  (await database.db.raw('select * from api_keys where id = ?', [id])).rows[0];

describe('an API key', () => {
  it('is shown once, stored as a hash that the proxy can compute, and never logged', async () => {
    const { cookie } = await api.customer();
    const made = await make(cookie);
    expect(made.status).toBe(201);
    expect(made.headers.get('cache-control')).toBe('no-store');
    const { key, id } = made.body;
    expect(key).toMatch(/^tg_[A-Za-z]{48}$/);

    const listed = await api.request('GET', '/api/keys', { cookie });
    expect(listed.body.items).toEqual([
      expect.objectContaining({ id, name: 'laptop', start: key.slice(0, 8) }),
    ]);
    expect(listed.text).not.toContain(key);

    const row = await storedKey(id);
    expect(row.key).toBe(createHash('sha256').update(key).digest('base64url'));
    expect(
      JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain(key);
    expect(api.logLines.join('')).not.toContain(key);
  });

  it('keeps its limits: models, addresses with their prefix, expiry', async () => {
    const { cookie } = await api.customer();
    const { body } = await make(cookie, {
      name: 'limited',
      models: ['gpt-5'],
      ip_ranges: ['10.1.2.3/8', '192.0.2.7', '2001:db8::1/32'],
      expires_in_days: 30,
    });
    expect(body.models).toEqual(['gpt-5']);
    expect(body.ip_ranges).toEqual(['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32']);
    const days = (Date.parse(body.expires_at) - Date.parse(body.created_at)) / 86_400_000;
    expect(days).toBeCloseTo(30, 3);
  });

  it('is revoked for good, however often that is asked, and tells the proxies', async () => {
    const { cookie } = await api.customer();
    const { id } = (await make(cookie)).body;
    const listener = await api.deps.authPool.connect();
    const heard: string[] = [];
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await listener.query('listen key_changed');

    expect((await revoke(cookie, id)).status).toBe(204);
    const first = await storedKey(id);
    expect((await revoke(cookie, id)).status).toBe(204);
    await listener.query('select 1');
    listener.release(true);

    const row = await storedKey(id);
    expect(row).toMatchObject({ enabled: false, revoked_at: first.revoked_at });
    expect(heard).toContain(row.key);
  });

  it('of another account looks like none, and stays', async () => {
    const [owner, stranger] = [await api.customer(), await api.customer()];
    const { id } = (await make(owner.cookie)).body;
    const answer = await revoke(stranger.cookie, id);
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe('not_found');
    expect((await storedKey(id)).revoked_at).toBeNull();
    expect((await api.request('GET', '/api/keys', { cookie: stranger.cookie })).body.items).toEqual([]);
  });

  it('that expired stays listed when another is made, since the usage log names it', async () => {
    const { cookie } = await api.customer();
    const { id } = (await make(cookie)).body;
    await database.db.raw(`update api_keys set "expiresAt" = now() - interval '1 day' where id = ?`, [id]);
    // Through the library itself: the one that runs when a key is made only looks every ten seconds.
    await api.deps.auth.api.deleteAllExpiredApiKeys();
    await make(cookie, { name: 'second' });
    const { body } = await api.request('GET', '/api/keys', { cookie });
    expect(body.items.map((key: { name: string }) => key.name)).toEqual(['second', 'laptop']);
  });

  it('needs a verified address where the deployment says so', async () => {
    const strict = await startTestApi({
      databaseUrl: database.url,
      environment: { REQUIRE_VERIFIED_EMAIL: 'true' },
    });
    const ask = async (emailVerified: boolean) => {
      const { cookie } = await strict.customer({ emailVerified });
      return strict.request('POST', '/api/keys', { cookie, body: { name: 'laptop' } });
    };
    const refused = await ask(false);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'email_not_verified']);
    expect((await ask(true)).status).toBe(201);
    await strict.stop();
  });
});

describe('changing a key', () => {
  it('changes what is named and nothing else, and null lifts a limit', async () => {
    const { cookie } = await api.customer();
    const made = (await make(cookie, { name: 'limited', models: ['gpt-5'], expires_in_days: 30 })).body;
    const limited = await change(cookie, made.id, {
      spend_limit: { amount_usd: '12.345678901', window: 'month' },
      ip_ranges: ['10.1.2.3/8'],
    });
    expect(limited.status).toBe(200);
    expect(limited.body).toMatchObject({
      name: 'limited',
      models: ['gpt-5'],
      ip_ranges: ['10.0.0.0/8'],
      expires_at: made.expires_at,
      spend_limit: { amount_usd: '12.345678901', window: 'month' },
    });
    const lifted = await change(cookie, made.id, {
      name: 'free',
      models: null,
      spend_limit: null,
      expires_at: null,
    });
    expect(lifted.body).toMatchObject({
      name: 'free',
      models: null,
      ip_ranges: ['10.0.0.0/8'],
      expires_at: null,
      spend_limit: null,
    });
    expect((await api.request('GET', '/api/keys', { cookie })).body.items).toEqual([lifted.body]);
    expect(await storedKey(made.id)).toMatchObject({ spend_limit_nanos: null, spend_limit_window: null });
  });

  it('is dated, and tells the proxies about limits but not about a name', async () => {
    const { cookie } = await api.customer();
    const { id } = (await make(cookie)).body;
    const before = await storedKey(id);
    const listener = await api.deps.authPool.connect();
    const heard: string[] = [];
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await listener.query('listen key_changed');

    const limits = [
      { spend_limit: { amount_usd: '1', window: 'day' } },
      { models: ['gpt-5'] },
      { ip_ranges: ['192.0.2.7'] },
      { expires_at: '2099-01-01T00:00:00+02:00' },
    ];
    await change(cookie, id, { name: 'another' });
    for (const limit of limits) expect((await change(cookie, id, limit)).status).toBe(200);
    await listener.query('select 1');
    listener.release(true);

    const row = await storedKey(id);
    expect(heard).toEqual(limits.map(() => row.key));
    expect(row.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
    expect(row.expiresAt.toISOString()).toBe('2098-12-31T22:00:00.000Z');
  });

  it('keeps the spend limit that it was made with', async () => {
    const { cookie } = await api.customer();
    const { body } = await make(cookie, { name: 'a', spend_limit: { amount_usd: '5.00', window: 'total' } });
    expect(body.spend_limit).toEqual({ amount_usd: '5.00', window: 'total' });
    expect(await storedKey(body.id)).toMatchObject({
      spend_limit_nanos: 5_000_000_000n,
      spend_limit_window: 'total',
    });
  });

  it.each([
    [{ spend_limit: { amount_usd: '0', window: 'day' } }, 'spend_limit.amount_usd'],
    [{ spend_limit: { amount_usd: '-1', window: 'day' } }, 'spend_limit.amount_usd'],
    [{ spend_limit: { amount_usd: '1e3', window: 'day' } }, 'spend_limit.amount_usd'],
    [{ spend_limit: { amount_usd: '9999999999', window: 'day' } }, 'spend_limit.amount_usd'],
    [{ spend_limit: { amount_usd: 5, window: 'day' } }, 'spend_limit.amount_usd'],
    [{ spend_limit: { amount_usd: '5', window: 'year' } }, 'spend_limit.window'],
    [{ spend_limit: { amount_usd: '5' } }, 'spend_limit.window'],
    [{ spend_limit: { amount_usd: '5', window: 'day', more: 1 } }, 'more'],
    [{ name: ' ' }, 'name'],
    [{ models: [] }, 'models'],
    [{ ip_ranges: ['300.0.0.1'] }, 'ip_ranges.0'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
  ])('refuses %j and changes nothing', async (body, param) => {
    const { cookie } = await api.customer();
    const { id } = (await make(cookie)).body;
    const before = await storedKey(id);
    const answer = await change(cookie, id, body);
    expect([answer.status, answer.body.error.param]).toEqual([400, param]);
    expect(await storedKey(id)).toEqual(before);
  });

  it('of another account, or one that is revoked, is not there to be changed', async () => {
    const [owner, stranger] = [await api.customer(), await api.customer()];
    const { id } = (await make(owner.cookie)).body;
    const named = { name: 'mine' };
    expect((await change(stranger.cookie, id, named)).status).toBe(404);
    await revoke(owner.cookie, id);
    expect((await change(owner.cookie, id, named)).status).toBe(404);
    expect(await storedKey(id)).toMatchObject({ name: 'laptop' });
  });
});

describe('who made, limited and revoked a key', () => {
  it('is in the audit log, once an act, without secrets', async () => {
    const { cookie, accountId, email } = await api.customer();
    const { body } = await make(cookie, { name: 'ci', models: ['gpt-5'] });
    await change(cookie, body.id, { name: 'renamed' });
    await change(cookie, body.id, { spend_limit: { amount_usd: '5.00', window: 'day' } });
    await change(cookie, body.id, { spend_limit: { amount_usd: '5.00', window: 'day' } });
    await Promise.all([revoke(cookie, body.id), revoke(cookie, body.id)]);
    const entries = await listAudit(database.db, { accountId, limit: 10 });
    expect(entries).toMatchObject([
      { action: 'api_key.revoke', before: { spendLimitNanos: '5000000000' }, after: null },
      {
        action: 'api_key.change',
        before: { spendLimitNanos: null, models: ['gpt-5'] },
        after: { spendLimitNanos: '5000000000', spendLimitWindow: 'day' },
      },
      { action: 'api_key.create', actor: email, subjectId: body.id, before: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain(body.key);
  });
});
