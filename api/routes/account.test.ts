import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../db/audit-log.ts';
import { postTransfer, providerClearing, walletOf } from '../../db/ledger.ts';
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

async function topUp(accountId: string, amountNanos: bigint): Promise<void> {
  await database.db.transaction(async (trx) => {
    await postTransfer(trx, {
      key: `top-up:${accountId}`,
      kind: 'top_up',
      reference: accountId,
      accountId,
      debitId: providerClearing.stripe,
      creditId: await walletOf(trx, accountId),
      amountNanos,
    });
  });
}

describe('the balance', () => {
  it('is the wallet less what is held, exact and rounded down for display', async () => {
    const { accountId, cookie } = await api.customer();
    await topUp(accountId, 20_000_000_001n);
    await database.db.raw(
      `update ledger_accounts set held_nanos = 4001000000 where account_id = ? and pool = 'wallet'`,
      [accountId],
    );
    const { body } = await api.request('GET', '/api/balance', { cookie });
    expect(body).toMatchObject({ available_usd: '15.999000001', held_usd: '4.001', display_usd: '15.99' });
    expect(body.pools[0]).toEqual({
      pool: 'wallet',
      posted_usd: '20.000000001',
      held_usd: '4.001',
      available_usd: '15.999000001',
      spendable: true,
      expires_at: null,
    });
  });

  it('that calls can spend is without the wallet while Pay2Go is off', async () => {
    const { accountId, cookie } = await api.customer();
    await topUp(accountId, 20_000_000_000n);
    await api.request('PATCH', '/api/me', { cookie, body: { pay2go: false } });
    const { body } = await api.request('GET', '/api/balance', { cookie });
    expect(body).toMatchObject({ available_usd: '0.00', display_usd: '0.00' });
    expect(body.pools[0]).toMatchObject({ pool: 'wallet', posted_usd: '20.00', spendable: false });
  });

  it('counts neither referral rewards nor vouchers that expired, and lists pools in spend order', async () => {
    const { accountId, cookie } = await api.customer();
    await database.db.raw(
      `insert into ledger_accounts (account_id, pool, posted_nanos, expires_at) values
         (:accountId, 'voucher', 5000000000, now() - interval '1 second'),
         (:accountId, 'voucher', 1000000000, now() + interval '1 day'),
         (:accountId, 'main', 2000000000, now() + interval '1 day')`,
      { accountId },
    );
    await database.db.raw(
      `update ledger_accounts set posted_nanos = 7000000000 where account_id = ? and pool = 'referral'`,
      [accountId],
    );
    const { body } = await api.request('GET', '/api/balance', { cookie });
    expect(body.available_usd).toBe('3.00');
    expect(
      body.pools.map((pool: { pool: string; spendable: boolean }) => [pool.pool, pool.spendable]),
    ).toEqual([
      ['main', true],
      ['voucher', false],
      ['voucher', true],
      ['wallet', true],
      ['referral', false],
    ]);
  });
});

describe('the account', () => {
  it('changes name, time zone and display currency, each alone or together, and nothing else of it', async () => {
    const { cookie } = await api.customer();
    const before = (await api.request('GET', '/api/me', { cookie })).body;
    const change = (body: object) => api.request('PATCH', '/api/me', { cookie, body });
    await change({ time_zone: 'europe/berlin' });
    await change({ display_currency: 'EUR', name: 'Ann' });
    const after = (await api.request('GET', '/api/me', { cookie })).body;
    expect(after).toEqual({ ...before, time_zone: 'Europe/Berlin', display_currency: 'EUR', name: 'Ann' });
  });

  it('switches Pay2Go, and who did so is in the audit log, once a change', async () => {
    const { accountId, cookie, email } = await api.customer();
    const change = (body: object) => api.request('PATCH', '/api/me', { cookie, body });
    expect((await api.request('GET', '/api/me', { cookie })).body.pay2go).toBe(true);
    expect((await change({ pay2go: false })).body.pay2go).toBe(false);
    await change({ pay2go: false, name: 'Ann' });
    expect((await change({ time_zone: 'UTC' })).body.pay2go).toBe(false);
    expect((await change({ pay2go: 'yes' })).status).toBe(400);
    const entries = await listAudit(database.db, { accountId, limit: 10 });
    expect(entries).toMatchObject([
      { action: 'account.pay2go', actor: email, before: { pay2go: true }, after: { pay2go: false } },
    ]);
  });

  it('tells where the proxy is, as the base URL of an OpenAI client', async () => {
    const { cookie } = await api.customer();
    const { body } = await api.request('GET', '/api/me', { cookie });
    expect(body.proxy_url).toBe('http://127.0.0.1:8081/v1');
  });

  it('has a referral code that can be read aloud', async () => {
    const { cookie } = await api.customer();
    const { body } = await api.request('GET', '/api/me', { cookie });
    expect(body.referral_code).toMatch(/^[2-9BCDFGHJKMNPQRSTVWXYZ]{8}$/);
  });
});
