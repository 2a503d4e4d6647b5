import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../db/connection.ts';

export type PoolName = 'main' | 'backup' | 'voucher' | 'wallet';

export interface FundedPool {
  pool: PoolName;
  nanos: bigint;
  expiresAt?: Date;
}

/** An account with money in its pools, in the order given. Returns its id and the ids of the pools. */
export async function fundedAccount(
  db: Db,
  pools: readonly FundedPool[],
): Promise<{ accountId: string; poolIds: bigint[] }> {
  const accountId = uuidv7();
  await db.raw('insert into auth_users (id, name, email) values (?, ?, ?)', [
    accountId,
    'Test',
    `${accountId}@example.test`,
  ]);
  await db.raw('insert into accounts (id, referral_code) values (?, ?)', [accountId, accountId]);
  const poolIds: bigint[] = [];
  for (const pool of pools) poolIds.push(await addPool(db, accountId, pool));
  return { accountId, poolIds };
}

export async function addPool(db: Db, accountId: string, pool: FundedPool): Promise<bigint> {
  const { rows } = await db.raw(
    'insert into ledger_accounts (account_id, pool, expires_at) values (?, ?, ?) returning id',
    [accountId, pool.pool, pool.expiresAt ?? null],
  );
  if (pool.nanos > 0n) await fund(db, accountId, rows[0].id, pool.nanos);
  return rows[0].id;
}

export async function fund(db: Db, accountId: string, poolId: bigint, nanos: bigint): Promise<void> {
  const id = uuidv7();
  await db.raw(
    `insert into ledger_transfers
       (id, idempotency_key, input_hash, kind, reference, account_id, debit_id, credit_id, amount_nanos)
     values (?, ?, '\\x00', 'grant', 'test', ?, 1, ?, ?)`,
    [id, `grant:${id}`, accountId, String(poolId), String(nanos)],
  );
}

export interface TestKey {
  id: string;
  /** What the caller sends. */
  secret: string;
}

export async function addKey(
  db: Db,
  accountId: string,
  limits: { models?: string[]; ipRanges?: string[]; expiresAt?: Date } = {},
): Promise<TestKey> {
  const id = uuidv7();
  const secret = `tg_${randomBytes(24).toString('base64url')}`;
  const hash = createHash('sha256').update(secret).digest('base64url');
  await db.raw(
    `insert into api_keys (id, key, "referenceId", models, ip_ranges, "expiresAt")
     values (?, ?, ?, ?, cast(cast(? as text[]) as cidr[]), ?)`,
    [id, hash, accountId, limits.models ?? null, limits.ipRanges ?? null, limits.expiresAt ?? null],
  );
  return { id, secret };
}

/** posted and held of each pool of the account, by id. */
export async function balances(db: Db, accountId: string): Promise<[string, bigint, bigint][]> {
  const { rows } = await db.raw(
    'select pool, posted_nanos, held_nanos from ledger_accounts where account_id = ? order by id',
    [accountId],
  );
  return rows.map((row: any) => [row.pool, row.posted_nanos, row.held_nanos]);
}
