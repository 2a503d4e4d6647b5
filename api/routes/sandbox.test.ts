import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';

let database: TestDatabase;
let api: TestApi;
let cookie: string;
beforeAll(async () => {
  database = await testDatabase();
  api = await startTestApi({
    databaseUrl: database.url,
    environment: { STRIPE_SECRET_KEY: 'sk_live_x', STRIPE_WEBHOOK_SECRET: 'whsec_x' },
  });
  ({ cookie } = await api.customer({ role: 'admin' }));
});
afterAll(async () => {
  await api.stop();
  await database.drop();
});

const make = (account: string) =>
  api.request('POST', '/api/admin/sandbox-accounts', { cookie, body: { account } });

describe('a deployment that takes real money', () => {
  it('has no sandboxes', async () => {
    const { accountId, email } = await api.customer();
    const answer = await make(email);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'live_account']);
    const { rows } = await database.db.raw('select sandbox from accounts where id = ?', [accountId]);
    expect(rows).toEqual([{ sandbox: false }]);
  });

  it('says where there is no such account', async () => {
    expect((await make('nobody@example.com')).status).toBe(404);
  });
});

it('the time of a live account cannot be moved, whatever a program asks of the database', async () => {
  const { accountId } = await api.customer();
  const move = database.db.raw('update accounts set clock_offset_ms = 1 where id = ?', [accountId]);
  await expect(move).rejects.toThrow('accounts_clock_of_sandboxes_only');
});
