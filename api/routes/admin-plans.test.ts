import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentPlanVersion } from '../../db/plans.ts';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { subscribe } from '../../test/support/plans.ts';

let database: TestDatabase;
let api: TestApi;
let admin: Awaited<ReturnType<TestApi['customer']>>;

beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({ databaseUrl: database.url });
  admin = await api.customer({ role: 'admin' });
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

const list = (cookie = admin.cookie) => api.request('GET', '/api/admin/plans', { cookie });
const seen = async (id: string) => (await list()).body.items.find((plan: any) => plan.id === id);
const change = async (id: string, body: object, cookie = admin.cookie) =>
  api.request('PATCH', `/api/admin/plans/${id}`, {
    cookie,
    body: { version: (await seen(id))?.version ?? '1', reason: 'A test', ...body },
  });
const audited = (query = '', cookie = admin.cookie) =>
  api.request('GET', `/api/admin/audit-log${query}`, { cookie });

describe('the list of plans', () => {
  it('has every plan with its terms and every version of them', async () => {
    const before = await seen('premium');
    expect(before).toMatchObject({
      name: 'Premium',
      enabled: true,
      price_usd: '25.00',
      pass_price_usd: '25.00',
      base_credits: '2500',
      bonus_percent: 20,
      monthly_credits: '3000',
      backup_credits: '7500',
      daily_cap_credits: '250',
      daily_cap_requests: null,
      weekly_cap_credits: '750',
      budget_usd: '250.00',
      requests_per_minute: 40,
      tokens_per_minute: null,
      model_access: 'all',
    });
    await change('premium', { bonus_percent: 25 });
    const { history, ...after } = await seen('premium');
    expect(history.map((version: any) => version.bonus_percent)).toEqual([25, 20]);
    expect(history[0]).toMatchObject({ version: after.version, monthly_credits: '3125' });
    expect(history[1]).toEqual(before.history[0]);
  });
});

describe('an edit', () => {
  it('changes what it names, leaves the rest, and says from when', async () => {
    const { history, ...before } = await seen('starter');
    const { status, body } = await change('starter', {
      name: 'Beginner',
      enabled: false,
      price_usd: '12.50',
      pass_price_usd: null,
      base_credits: '1250.5',
      backup_factor: '2.5',
      backup_refill: 'once',
      daily_cap_credits: null,
      daily_cap_requests: 500,
      budget_factor: '8',
      requests_per_minute: null,
      tokens_per_minute: '100000',
      model_access: 'free',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      version: expect.any(String),
      effective_from: expect.any(String),
      name: 'Beginner',
      enabled: false,
      price_usd: '12.50',
      pass_price_usd: null,
      base_credits: '1250.5',
      monthly_credits: '1500.6',
      backup_credits: '3126.25',
      backup_refill: 'once',
      daily_cap_credits: null,
      daily_cap_requests: 500,
      budget_usd: '100.00',
      requests_per_minute: null,
      tokens_per_minute: '100000',
      model_access: 'free',
      applies_to_running: 'next_period',
      message: expect.stringContaining('keep theirs'),
    });
    expect(Math.abs(Date.parse(body.effective_from) - Date.now())).toBeLessThan(60_000);
    const again = await change('starter', { name: 'Starter', budget_usd: null, weekly_cap_credits: '400' });
    expect(again.body).toMatchObject({ budget_usd: null, weekly_cap_credits: '400', price_usd: '12.50' });
  });

  it('leaves the terms of a running subscription, and is what the next purchase gets', async () => {
    const customer = await api.customer();
    await api.request('GET', '/api/me', { cookie: customer.cookie });
    const pinned = (await seen('pro')).version;
    const id = await subscribe(database.db, customer.accountId, pinned);
    const { body } = await change('pro', { price_usd: '60', base_credits: '6000' });

    const { rows } = await database.db.raw(
      `select s.plan_version::text as version, v.price_nanos from subscriptions s
         join plan_versions v on v.version = s.plan_version where s.id = ?`,
      [id],
    );
    expect(rows).toEqual([{ version: pinned, price_nanos: 50_000_000_000n }]);
    const next = await currentPlanVersion(database.db, 'pro', new Date());
    expect([String(next.version), next.priceNanos]).toEqual([body.version, 60_000_000_000n]);
  });

  it('of Free says that it counts at once', async () => {
    const { status, body } = await change('free', { daily_cap_requests: 500 });
    expect([status, body.applies_to_running, body.daily_cap_requests]).toEqual([200, 'at_once', 500]);
    expect(body.message).toContain('now');
  });

  it('tells the proxies', async () => {
    const listener = await api.deps.authPool.connect();
    const heard: string[] = [];
    listener.on('notification', ({ channel }) => heard.push(channel));
    await listener.query('listen catalog_changed');
    await change('master', { name: 'Master' });
    await listener.query('select 1');
    listener.release(true);
    expect(heard).toEqual(['catalog_changed']);
  });

  it('is audited: who, what was before, what is now, why', async () => {
    const before = await seen('ultra');
    const { body } = await change('ultra', { price_usd: '220', reason: 'Costs rose' });
    const { items } = (await audited('?action=plan.edit&limit=1')).body;
    const { history: _, ...was } = before;
    const { applies_to_running: __, message: ___, ...is } = body;
    expect(items).toEqual([
      {
        id: expect.any(String),
        at: expect.any(String),
        actor_id: admin.accountId,
        actor: admin.email,
        action: 'plan.edit',
        subject_kind: 'plan',
        subject_id: 'ultra',
        account_id: null,
        before: was,
        after: is,
        reason: 'Costs rose',
      },
    ]);
  });

  it('does not overwrite one that the admin has not seen', async () => {
    const { version } = await seen('master');
    const edits = await Promise.all(
      ['110', '120', '130'].map((price) => change('master', { version, price_usd: price })),
    );
    expect(edits.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const refused = edits.find(({ status }) => status === 409);
    expect(refused?.body.error).toMatchObject({ code: 'conflict', param: 'version' });
    const won = edits.find(({ status }) => status === 200)?.body;
    const { history, ...now } = await seen('master');
    expect([now.version, now.price_usd, history[1].version]).toEqual([won.version, won.price_usd, version]);
  });
});

describe('what cannot be is refused and changes nothing', () => {
  it.each([
    ['a price with parts of a cent', 'pro', { price_usd: '50.001' }, 'price_usd'],
    ['a negative price', 'pro', { price_usd: '-1' }, 'price_usd'],
    ['a price as a number', 'pro', { price_usd: 50 }, 'price_usd'],
    ['a price of a paid plan that is zero', 'pro', { price_usd: '0' }, 'price_usd'],
    ['a pass for nothing', 'pro', { pass_price_usd: '0.00' }, 'pass_price_usd'],
    ['no price at all', 'pro', { price_usd: null }, 'price_usd'],
    ['a price beyond a million', 'pro', { price_usd: '1000000.01' }, 'price_usd'],
    ['negative credits', 'pro', { base_credits: '-1' }, 'base_credits'],
    ['credits finer than a nano', 'pro', { base_credits: '0.00000001' }, 'base_credits'],
    ['a bonus above 1000%', 'pro', { bonus_percent: 1_001 }, 'bonus_percent'],
    ['a negative bonus', 'pro', { bonus_percent: -1 }, 'bonus_percent'],
    ['half a percent', 'pro', { bonus_percent: 0.5 }, 'bonus_percent'],
    ['a negative cap', 'pro', { daily_cap_credits: '-1' }, 'daily_cap_credits'],
    ['no request a minute', 'pro', { requests_per_minute: 0 }, 'requests_per_minute'],
    ['no token a minute', 'pro', { tokens_per_minute: '0' }, 'tokens_per_minute'],
    ['a factor and an amount', 'pro', { budget_factor: '10', budget_usd: '500' }, 'budget_factor'],
    ['a huge factor', 'pro', { backup_factor: '100.01' }, 'backup_factor'],
    ['another refill', 'pro', { backup_refill: 'daily' }, 'backup_refill'],
    ['nothing to change', 'pro', {}, undefined],
    ['no reason', 'pro', { name: 'x', reason: undefined }, 'reason'],
    ['an unknown field', 'pro', { name: 'x', price: '1' }, 'price'],
    ['a price of Free', 'free', { price_usd: '1' }, 'price_usd'],
    ['a pass of Free', 'free', { pass_price_usd: '1' }, 'pass_price_usd'],
    ['credits of Free', 'free', { base_credits: '1' }, 'base_credits'],
    ['an end of Free', 'free', { enabled: false }, 'enabled'],
  ])('%s', async (_, plan, body, param) => {
    const before = (await list()).text;
    const { status, body: answer } = await change(plan, body);
    expect([status, answer.error.code, answer.error.param]).toEqual([400, 'invalid_request', param]);
    expect((await list()).text).toBe(before);
  });

  it('the highest values of all fields together are stored', async () => {
    const { status, body } = await change('master', {
      price_usd: '1000000',
      base_credits: '1000000000',
      bonus_percent: 1_000,
      backup_factor: '100',
      budget_factor: '100',
    });
    expect([status, body.monthly_credits, body.backup_credits, body.budget_usd]).toEqual([
      200,
      '11000000000',
      '100000000000',
      '100000000.00',
    ]);
  });

  it('a plan that nobody has', async () => {
    expect((await change('gold', { name: 'Gold' })).status).toBe(404);
  });
});

describe('customers and support', () => {
  it.each(['customer', 'support'] as const)('neither see nor edit any of it: %s', async (role) => {
    const { cookie } = await api.customer({ role });
    const answers = [
      await list(cookie),
      await audited('', cookie),
      await change('pro', { name: 'x' }, cookie),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [403, 'forbidden']),
    );
    expect((await seen('pro')).name).toBe('Pro');
  });
});

describe('the audit log', () => {
  it('is paged, newest first, without gaps or doubles', async () => {
    const edits: string[] = [];
    for (const name of ['A', 'B', 'C', 'D', 'E'])
      edits.unshift((await change('premium', { name })).body.version);
    const from = encodeURIComponent((await seen('premium')).history[4].effective_from);
    const walked: string[] = [];
    let cursor = '';
    do {
      const { body } = await audited(`?from=${from}&limit=2${cursor && `&cursor=${cursor}`}`);
      walked.push(...body.items.map((entry: any) => entry.after.version));
      cursor = body.next_cursor;
    } while (cursor);
    expect(walked).toEqual(edits);
  });

  it('is filtered by account, action and time', async () => {
    await change('premium', { name: 'Premium' });
    const nobody = '0198c0de-0000-7000-8000-000000000000';
    for (const query of [`account_id=${nobody}`, 'action=nothing', 'to=2020-01-01T00:00:00Z'])
      expect((await audited(`?${query}`)).body).toEqual({ items: [], next_cursor: null });
    expect((await audited('?action=plan.edit&from=2020-01-01T00:00:00Z')).body.items.length).toBeGreaterThan(
      0,
    );
    for (const query of ['account_id=1', 'from=yesterday', 'cursor=x', 'actor=me'])
      expect((await audited(`?${query}`)).status).toBe(400);
  });
});
