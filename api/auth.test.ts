import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getMigrations } from 'better-auth/db/migration';
import { cookieOf, startTestApi, type TestApi, testPassword } from '../test/support/api.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { createUser } from './users.ts';

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

const register = (email: string, more: object = {}) =>
  api.request('POST', '/api/auth/sign-up/email', {
    body: { name: 'Ann', email, password: testPassword, ...more },
  });
const signIn = (email: string, password = testPassword) =>
  api.request('POST', '/api/auth/sign-in/email', { body: { email, password } });
const mailsTo = (email: string) => api.mails.filter((mail) => mail.to === email);

describe('the tables', () => {
  it('are what better-auth expects: it would migrate nothing', async () => {
    const { toBeCreated, toBeAdded } = await getMigrations(api.deps.auth.options);
    expect(toBeCreated).toEqual([]);
    expect(toBeAdded).toEqual([]);
  });
});

describe('a registration', () => {
  it('makes the account with its wallet, then the mailed link verifies and a login works until logout', async () => {
    const email = 'ann@example.com';
    const registered = await register(email);
    expect(registered.status).toBe(200);
    const accountId = registered.body.user.id;
    const { rows } = await database.db.raw(
      'select pool from ledger_accounts where account_id = ? order by pool',
      [accountId],
    );
    expect(rows).toEqual([{ pool: 'referral' }, { pool: 'wallet' }]);

    const [mail] = mailsTo(email);
    const link = new URL(mail?.text.match(/http\S+/)?.[0] ?? '');
    expect((await api.request('GET', link.pathname + link.search)).status).toBe(302);

    const cookie = cookieOf(await signIn(email));
    const me = await api.request('GET', '/api/me', { cookie });
    expect(me.body).toMatchObject({ account_id: accountId, email, email_verified: true, role: 'customer' });

    await api.request('POST', '/api/auth/sign-out', { cookie });
    expect((await api.request('GET', '/api/me', { cookie })).status).toBe(401);
  });

  it('sets a cookie that pages cannot read and answers without the session token', async () => {
    const answer = await register('cookie@example.com');
    expect(answer.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    expect(answer.text).not.toContain(cookieOf(answer).split('=')[1]?.split('.')[0]);
  });

  it('happens once when two ask for the same address at once', async () => {
    const answers = await Promise.all([register('twice@example.com'), register('Twice@Example.com')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const { rows } = await database.db.raw(
      `select count(*)::int as n from accounts a join auth_users u on u.id = a.id where u.email = 'twice@example.com'`,
    );
    expect(rows[0].n).toBe(1);
  });

  it('of an address that is taken names the field', async () => {
    await register('taken@example.com');
    expect((await register('taken@example.com')).body.error).toMatchObject({
      code: 'invalid_request',
      param: 'email',
    });
  });

  it('remembers who invited, by a code in any case, and ignores a code that nobody has', async () => {
    const inviter = await api.customer();
    const { body: me } = await api.request('GET', '/api/me', { cookie: inviter.cookie });
    const invited = await register('invited@example.com', { referralCode: me.referral_code.toLowerCase() });
    const uninvited = await register('uninvited@example.com', { referralCode: 'NOBODY' });
    const { rows } = await database.db.raw('select invited_by from accounts where id in (?, ?) order by id', [
      invited.body.user.id,
      uninvited.body.user.id,
    ]);
    expect(rows).toEqual([{ invited_by: inviter.accountId }, { invited_by: null }]);
  });

  it('cannot give itself a role', async () => {
    const answer = await register('boss@example.com', { role: 'admin' });
    expect(answer.status).toBe(400);
    expect(answer.body.error.param).toBe('role');
  });
});

describe('a session', () => {
  it('repairs an account that a crash left unmade', async () => {
    const { accountId, cookie } = await api.customer();
    await database.db.raw('delete from ledger_accounts where account_id = ?', [accountId]);
    await database.db.raw('delete from accounts where id = ?', [accountId]);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.request('GET', '/api/balance', { cookie })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers[0]?.body.pools).toHaveLength(2);
  });

  it('of a suspended account is refused at once, and so is the next login', async () => {
    const { accountId, email, cookie } = await api.customer();
    await database.db.raw(`update accounts set status = 'suspended' where id = ?`, [accountId]);
    for (const answer of [await api.request('GET', '/api/me', { cookie }), await signIn(email)]) {
      expect(answer.status).toBe(403);
      expect(answer.body.error.code).toBe('account_suspended');
    }
  });

  it('travels only over TLS where the service is reached by https', async () => {
    const publicUrl = 'https://pay.example.com';
    const secure = await startTestApi({ databaseUrl: database.url, environment: { PUBLIC_URL: publicUrl } });
    const { email } = await api.customer();
    const answer = await secure.request('POST', '/api/auth/sign-in/email', {
      body: { email, password: testPassword },
      headers: { origin: publicUrl },
    });
    await secure.stop();
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-tollgate\.session_token=.*; Secure/);
    expect(answer.headers.get('strict-transport-security')).toContain('max-age');
  });

  it('is not opened by a forged cookie', async () => {
    const { cookie } = await api.customer();
    const [name = '', value = ''] = cookie.split('=');
    const forged = `${name}=${value.slice(0, 20)}${value[20] === 'x' ? 'y' : 'x'}${value.slice(21)}`;
    expect((await api.request('GET', '/api/me', { cookie: forged })).status).toBe(401);
  });
});

describe('a password', () => {
  it('is reset once with the mailed token, which ends the open sessions', async () => {
    const { email, cookie } = await api.customer();
    await api.request('POST', '/api/auth/request-password-reset', { body: { email } });
    const token = mailsTo(email)[0]?.text.match(/token=(\S+)/)?.[1];
    const reset = () =>
      api.request('POST', '/api/auth/reset-password', {
        body: { token, newPassword: 'another horse battery' },
      });
    expect((await reset()).status).toBe(200);
    expect((await reset()).status).toBe(400);
    expect((await api.request('GET', '/api/me', { cookie })).status).toBe(401);
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(email, 'another horse battery')).status).toBe(200);
  });

  it('reset for an unknown address answers the same and sends nothing', async () => {
    const answer = await api.request('POST', '/api/auth/request-password-reset', {
      body: { email: 'nobody@example.com' },
    });
    expect(answer.status).toBe(200);
    expect(mailsTo('nobody@example.com')).toEqual([]);
  });

  it('is stored as a hash, and neither it nor a mailed token is logged', async () => {
    const { rows } = await database.db.raw('select password from auth_credentials');
    for (const { password } of rows) expect(password).not.toContain(testPassword);
    const log = api.logLines.join('');
    expect(log).not.toContain(testPassword);
    for (const { text } of api.mails) expect(log).not.toContain(text.match(/token=([^&\s]+)/)?.[1]);
  });
});

describe('the sign-in routes', () => {
  it.each([
    ['POST', '/api/auth/api-key/create'],
    ['POST', '/api/auth/api-key/update'],
    ['GET', '/api/auth/admin/list-users'],
    ['POST', '/api/auth/admin/set-role'],
    ['POST', '/api/auth/update-user'],
  ])('leave out what would go around our own rules: %s %s', async (method, path) => {
    const email = `${path.split('/').at(-1)}@example.com`;
    await createUser(api.deps.auth, { email, password: testPassword, name: 'Admin', role: 'admin' });
    const cookie = cookieOf(await signIn(email));
    expect((await api.request(method, path, { cookie })).status).toBe(404);
  });

  it('send nobody to another site', async () => {
    const elsewhere = 'https://evil.example/phish';
    const { email } = await api.customer();
    const body = { email, callbackURL: elsewhere };
    const asked = await api.request('POST', '/api/auth/send-verification-email', { body });
    expect([asked.status, mailsTo(email)]).toEqual([403, []]);
    await api.request('POST', '/api/auth/send-verification-email', { body: { email } });
    const token = mailsTo(email)[0]?.text.match(/token=([^&\s]+)/)?.[1];
    const followed = await api.request(
      'GET',
      `/api/auth/verify-email?token=${token}&callbackURL=${elsewhere}`,
    );
    expect([followed.status, followed.headers.get('location')]).toEqual([403, null]);
  });

  it('count attempts by the connection, whatever address the caller claims', async () => {
    const limited = await startTestApi({
      databaseUrl: database.url,
      environment: { AUTH_ATTEMPTS_PER_MINUTE: '3' },
    });
    const statuses: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      const answer = await limited.request('POST', '/api/auth/sign-in/email', {
        body: { email: 'guessed@example.com', password: 'a guess' },
        headers: {
          'x-forwarded-for': `198.51.100.${attempt}`,
          'x-tollgate-client-ip': `198.51.100.${attempt}`,
        },
      });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await limited.stop();
    expect(statuses.at(-1)).toBe(429);
  });

  it('count attempts by the address that a trusted proxy saw', async () => {
    const behindProxy = await startTestApi({
      databaseUrl: database.url,
      environment: { AUTH_ATTEMPTS_PER_MINUTE: '2', TRUSTED_PROXIES: '1' },
    });
    const guess = async (seen: string) => {
      const answer = await behindProxy.request('POST', '/api/auth/sign-in/email', {
        body: { email: 'guessed@example.com', password: 'a guess' },
        headers: { 'x-forwarded-for': `203.0.113.99, ${seen}` },
      });
      return answer.status;
    };
    const statuses = [];
    for (const seen of ['198.51.100.1', '198.51.100.1', '198.51.100.1', '198.51.100.2'])
      statuses.push(await guess(seen));
    await behindProxy.stop();
    expect(statuses).toEqual([401, 401, 429, 401]);
  });
});
