import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addNotice, hasUnsentNotices } from '../../db/notices.ts';
import { fundedAccount } from '../../test/support/customers.ts';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { sendNotices } from './send-notices.ts';

let database: TestDatabase;
let sent: string[];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.raw('delete from notices');
  sent = [];
});

async function noticeTo(name: string, minutesAgo = 6): Promise<string> {
  const { accountId } = await fundedAccount(database.db, []);
  const email = `${name}@${accountId}.example`;
  await database.db.raw('update auth_users set email = ? where id = ?', [email, accountId]);
  await database.db.transaction((trx) =>
    addNotice(trx, { accountId, key: 'dunning:1', subject: 'Your payment failed', body: 'Pay' }),
  );
  await database.db.raw(
    `update notices set created_at = now() - :minutesAgo * interval '1 minute',
            next_try_at = next_try_at - :minutesAgo * interval '1 minute' where account_id = :accountId`,
    { accountId, minutesAgo },
  );
  return accountId;
}

async function sendMail({ to }: { to: string }): Promise<void> {
  if (to.startsWith('dead')) throw new Error(`550 no such user ${to}`);
  sent.push(to.split('@')[0] ?? '');
}

const send = (accountId?: string) => sendNotices({ db: database.db, sendMail }, accountId);
const later = (interval: string) =>
  database.db.raw(`update notices set next_try_at = next_try_at - ?::interval`, [interval]);

describe('a mail that cannot be delivered', () => {
  it('holds up no other, and fails the pass', async () => {
    await noticeTo('dead', 60);
    await noticeTo('ann');
    await noticeTo('dead-too');
    await noticeTo('ben');
    await expect(send()).rejects.toThrow('2 mails could not be sent');
    expect(sent.toSorted()).toEqual(['ann', 'ben']);
  });

  it('is tried again later and later, until its address is taken for dead', async () => {
    const accountId = await noticeTo('dead');
    await expect(send()).rejects.toThrow();
    await send();
    await later('5 minutes');
    await expect(send()).rejects.toThrow();
    await later('5 minutes');
    await send();
    for (let look = 0; look < 20; look += 1) await expect(send(accountId)).rejects.toThrow();
    for (let attempt = 3; attempt <= 14; attempt += 1) {
      await later('1 day');
      await expect(send()).rejects.toThrow();
    }
    await later('10 days');
    await send();
    await send(accountId);
    expect(await database.db.transaction((trx) => hasUnsentNotices(trx, accountId))).toBe(false);
  });
});

describe('a mail', () => {
  it('goes out once where two processes look at once', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `customer-${i}`);
    for (const name of names) await noticeTo(name);
    await Promise.all([send(), send(), send()]);
    expect(sent.toSorted()).toEqual(names.toSorted());
  });

  it('goes out after those that were written before it, also in the same moment', async () => {
    const { accountId } = await fundedAccount(database.db, []);
    const subjects = ['z', 'a', 'm', 'b'];
    await database.db.transaction(async (trx) => {
      for (const subject of subjects) await addNotice(trx, { accountId, key: subject, subject, body: '' });
    });
    const got: string[] = [];
    await sendNotices(
      { db: database.db, sendMail: async ({ subject }) => void got.push(subject) },
      accountId,
    );
    expect(got).toEqual(subjects);
  });

  it('is sent at once by the account’s own workflow, whose failure leaves it to the sweep', async () => {
    const accountId = await noticeTo('ann', 0);
    await send();
    expect(sent).toEqual([]);
    await send(accountId);
    await send(accountId);
    expect(sent).toEqual(['ann']);
  });
});
