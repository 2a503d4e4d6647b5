import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import type { Db } from './connection.ts';
import {
  postTransfer,
  providerClearing,
  referralOf,
  systemAccounts,
  type TransferInput,
  walletOf,
} from './ledger.ts';
import { checkLedger } from './ledger-check.ts';

let database: TestDatabase;
let db: Db;
let accountId: string;
let accountCount = 0;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  accountId = await newAccount();
});

async function newAccount(): Promise<string> {
  const id = crypto.randomUUID();
  accountCount += 1;
  await db.raw('insert into auth_users (id, name, email) values (?, ?, ?)', [
    id,
    'Test',
    `${id}@example.test`,
  ]);
  await db.raw('insert into accounts (id, referral_code) values (?, ?)', [id, `CODE${accountCount}`]);
  return id;
}

const wallet = (id = accountId) => db.transaction((trx) => walletOf(trx, id));

function topUp(walletId: bigint, overrides: Partial<TransferInput> = {}): TransferInput {
  return {
    key: 'top-up:order-1',
    kind: 'adjustment',
    reference: 'order-1',
    accountId,
    debitId: providerClearing.stripe,
    creditId: walletId,
    amountNanos: 20_000_000_000n,
    ...overrides,
  };
}

const post = (input: TransferInput) => db.transaction((trx) => postTransfer(trx, input));

async function posted(walletId: bigint): Promise<bigint> {
  return (await db('ledger_accounts').where({ id: walletId.toString() }).first('posted_nanos')).posted_nanos;
}

async function expectCleanLedger(): Promise<void> {
  const drift = (await checkLedger(db)).filter(({ rows }) => rows.length > 0);
  expect(drift).toEqual([]);
}

describe('postTransfer', () => {
  it('moves the amount from one account to the other', async () => {
    const walletId = await wallet();
    expect(await post(topUp(walletId, { key: 'move' }))).toMatchObject({ created: true });
    expect(await posted(walletId)).toBe(20_000_000_000n);
    await expectCleanLedger();
  });

  it('answers the first result when the same intent comes twenty times at once', async () => {
    const walletId = await wallet();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => post(topUp(walletId, { key: 'twenty' }))),
    );
    expect(new Set(results.map((r) => r.transferId)).size).toBe(1);
    expect(results.filter((r) => r.created)).toHaveLength(1);
    expect(await posted(walletId)).toBe(20_000_000_000n);
  });

  it('refuses the same key with another content', async () => {
    const walletId = await wallet();
    await post(topUp(walletId, { key: 'reused' }));
    await expect(post(topUp(walletId, { key: 'reused', amountNanos: 1n }))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('never takes a pool below zero, and a refused transfer leaves no trace', async () => {
    const walletId = await wallet();
    await post(topUp(walletId, { key: 'fund', amountNanos: 5n }));
    const spend = topUp(walletId, {
      debitId: walletId,
      creditId: systemAccounts.usageRevenue,
      amountNanos: 2n,
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => post({ ...spend, key: `spend:${i}` })),
    );
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(2);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ constraint: 'pool_never_negative' });
    }
    expect(await posted(walletId)).toBe(1n);
    await expectCleanLedger();
  });

  it('cannot spend what is held', async () => {
    const walletId = await wallet();
    await post(topUp(walletId, { key: 'held', amountNanos: 10n }));
    await db.raw('update ledger_accounts set held_nanos = 9 where id = ?', [walletId.toString()]);
    await expect(
      post(
        topUp(walletId, {
          key: 'over',
          debitId: walletId,
          creditId: systemAccounts.usageRevenue,
          amountNanos: 2n,
        }),
      ),
    ).rejects.toMatchObject({ constraint: 'pool_never_negative' });
    await db.raw('update ledger_accounts set held_nanos = 0 where id = ?', [walletId.toString()]);
  });

  it.each([0n, -1n])('refuses an amount of %p', async (amountNanos) => {
    const walletId = await wallet();
    await expect(post(topUp(walletId, { key: `amount:${amountNanos}`, amountNanos }))).rejects.toMatchObject({
      constraint: 'transfer_amount_positive',
    });
  });

  it('refuses a transfer from an account to itself', async () => {
    const walletId = await wallet();
    await expect(post(topUp(walletId, { key: 'self', debitId: walletId }))).rejects.toMatchObject({
      constraint: 'transfer_between_two_accounts',
    });
  });

  it('does not deadlock when two connections cross the same pools', async () => {
    const [one, two] = [await wallet(), await db.transaction((trx) => referralOf(trx, accountId))];
    await post(topUp(one, { key: 'cross:one' }));
    await post(topUp(two, { key: 'cross:two' }));
    const crossing = Array.from({ length: 60 }, (_, i) =>
      post(
        topUp(one, {
          key: `cross:${i}`,
          amountNanos: 1n,
          ...(i % 2 ? { debitId: one, creditId: two } : { debitId: two, creditId: one }),
        }),
      ),
    );
    await Promise.all(crossing);
    expect(await posted(one)).toBe(20_000_000_000n);
  });
});

describe('the ledger', () => {
  it.each([
    ['update', 'update ledger_transfers set amount_nanos = 1'],
    ['delete', 'delete from ledger_transfers'],
    ['truncate', 'truncate ledger_transfers cascade'],
  ])('refuses to %s what was posted', async (_, sql) => {
    await post(topUp(await wallet(), { key: `append-only:${crypto.randomUUID()}` }));
    await expect(db.raw(sql)).rejects.toMatchObject({ constraint: 'ledger_append_only' });
  });

  it.each([
    ['update', 'update usage_transfers set amount_nanos = 1'],
    ['delete', 'delete from usage_transfers'],
    ['truncate', 'truncate usage_transfers'],
  ])('refuses to %s what calls have paid', async (_, sql) => {
    await expect(
      db.transaction(async (trx) => {
        await trx.raw('insert into usage_transfers values (gen_random_uuid(), ?, ?, 1)', [
          accountId,
          String(await walletOf(trx, accountId)),
        ]);
        await trx.raw(sql);
      }),
    ).rejects.toMatchObject({ constraint: 'ledger_append_only' });
  });

  it.each([
    ['belongs to nobody', { pool: 'wallet' }, 'ledger_accounts_owner'],
    ['is a pool and a system account', { pool: 'wallet', code: 'x', owned: true }, 'ledger_accounts_owner'],
    ['is neither', {}, 'ledger_accounts_owner'],
    ['is a pool that does not exist', { pool: 'purse', owned: true }, 'ledger_accounts_pool'],
  ])('has no account that %s', async (_, { owned, ...named }: any, constraint) => {
    const account = { ...named, account_id: owned ? accountId : null };
    await expect(db('ledger_accounts').insert(account)).rejects.toMatchObject({ constraint });
  });

  it('lets no pool become something else', async () => {
    const id = String(await wallet());
    const change = (to: object) => db('ledger_accounts').where({ id }).update(to);
    await expect(change({ account_id: null })).rejects.toMatchObject({ constraint: 'ledger_accounts_owner' });
    await expect(change({ pool: 'purse' })).rejects.toMatchObject({ constraint: 'ledger_accounts_pool' });
  });

  it('lets no system account carry a balance row', async () => {
    await expect(db.raw('update ledger_accounts set posted_nanos = 1 where id = 4')).rejects.toMatchObject({
      constraint: 'system_account_keeps_no_balance',
    });
  });

  it('makes one wallet however many ask at once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => wallet()));
    expect(new Set(ids).size).toBe(1);
  });

  it('conserves money over any sequence of transfers', async () => {
    const others = [await newAccount(), await newAccount()];
    const step = fc.record({
      from: fc.nat(2),
      to: fc.nat(2),
      amount: fc.bigInt({ min: 1n, max: 30n }),
      key: fc.nat(15),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.uuid(), async (steps, run) => {
        const wallets = await Promise.all([accountId, ...others].map(wallet));
        for (const { from, to, amount, key } of steps) {
          const input = {
            key: `${run}:${key}`,
            debitId: from ? wallets[from]! : providerClearing.stripe,
            creditId: wallets[to]!,
          };
          await post(
            topUp(wallets[0]!, { ...input, accountId: null, kind: 'adjustment', amountNanos: amount }),
          ).catch((error) => expect(error.code ?? error.constraint).toBeDefined());
        }
        const names = [
          'every pool balance equals the sum of its entries',
          'all entries together sum to zero',
          'no customer pool is below zero',
        ];
        const drift = (await checkLedger(db)).filter((c) => names.includes(c.name) && c.rows.length > 0);
        expect(drift).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('ledger:check', () => {
  it('reports a balance that somebody changed by hand', async () => {
    const walletId = await wallet();
    await db.raw('update ledger_accounts set posted_nanos = posted_nanos + 1 where id = ?', [
      walletId.toString(),
    ]);
    const drift = (await checkLedger(db)).filter(({ rows }) => rows.length > 0).map(({ name }) => name);
    expect(drift).toContain('every pool balance equals the sum of its entries');
    await db.raw('update ledger_accounts set posted_nanos = posted_nanos - 1 where id = ?', [
      walletId.toString(),
    ]);
  });

  it('reports a transfer that names an account of somebody else', async () => {
    const walletId = await wallet();
    await post(topUp(walletId, { key: 'foreign', accountId: await newAccount() }));
    const drift = (await checkLedger(db)).filter(({ rows }) => rows.length > 0).map(({ name }) => name);
    expect(drift).toContain('every transfer stays with its customer');
  });

  it('counts usage that was posted before it had a table of its own', async () => {
    const [walletId, batch] = [String(await wallet()), crypto.randomUUID()];
    await post(topUp(BigInt(walletId), { key: `before:${batch}`, amountNanos: 10n }));
    await db.raw(
      `insert into ledger_transfers
         (id, idempotency_key, input_hash, kind, reference, account_id, debit_id, credit_id, amount_nanos)
       values (gen_random_uuid(), ?, '', 'usage', ?, ?, ?, 4, 7)`,
      [`usage:${batch}:${walletId}`, batch, accountId, walletId],
    );
    await db.raw('update ledger_accounts set posted_nanos = 3 where id = ?', [walletId]);
    const usage = { id: crypto.randomUUID(), account_id: accountId, api_key_id: accountId, batch_id: batch };
    const unsaid = {
      model_id: 'm',
      route: '/',
      streamed: false,
      outcome: 'finished',
      started_at: new Date(),
    };
    await db('usage_events').insert({ ...usage, ...unsaid, charge_nanos: '7', wallet_nanos: '7' });
    const about = (await checkLedger(db))
      .flatMap(({ rows }) => rows)
      .filter(({ account_id }) => account_id === accountId);
    expect(about).toEqual([]);
  });
});
