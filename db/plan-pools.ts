import type { Transaction } from './connection.ts';
import { postTransfer, systemAccounts } from './ledger.ts';

export type PlanPool = 'main' | 'backup';

export interface PlanPoolBalance {
  id: bigint;
  postedNanos: bigint;
  heldNanos: bigint;
}

/**
 * Locks all open pools of the account, in the order in which everybody does. To be called before the first transfer
 * of a transaction that touches several of them.
 */
export async function lockPools(trx: Transaction, accountId: string): Promise<void> {
  await trx.raw(
    `select 1 from ledger_accounts where account_id = :accountId::uuid and closed_at is null
      order by id for no key update`,
    { accountId },
  );
}

export async function openPlanPool(
  trx: Transaction,
  accountId: string,
  pool: PlanPool,
  expiresAt: Date,
): Promise<bigint> {
  const { rows } = await trx.raw<{ rows: { id: bigint }[] }>(
    `insert into ledger_accounts (account_id, pool, expires_at)
     values (:accountId::uuid, :pool::text, :expiresAt::timestamptz) returning id`,
    { accountId, pool, expiresAt },
  );
  const [row] = rows;
  if (!row) throw new Error('A pool was not made');
  return row.id;
}

export async function readPlanPool(trx: Transaction, poolId: bigint): Promise<PlanPoolBalance> {
  const { rows } = await trx.raw<{ rows: PlanPoolBalance[] }>(
    `select id, posted_nanos as "postedNanos", held_nanos as "heldNanos" from ledger_accounts
      where id = :poolId::bigint`,
    { poolId: poolId.toString() },
  );
  const [row] = rows;
  if (!row) throw new Error(`There is no pool ${poolId}`);
  return row;
}

export async function setPoolExpiry(trx: Transaction, poolId: bigint, expiresAt: Date): Promise<void> {
  await trx.raw(
    'update ledger_accounts set expires_at = :expiresAt::timestamptz where id = :poolId::bigint',
    {
      poolId: poolId.toString(),
      expiresAt,
    },
  );
}

/**
 * Ends a pool: what is not held expires now, and no new call is admitted on it. Calls in flight settle against it;
 * what they leave expires with `expireLeftovers`.
 */
export async function closePlanPool(
  trx: Transaction,
  pool: { accountId: string; poolId: bigint; key: string; reference: string },
): Promise<void> {
  const { postedNanos, heldNanos } = await readPlanPool(trx, pool.poolId);
  const amountNanos = postedNanos - heldNanos;
  if (amountNanos > 0n)
    await postTransfer(trx, {
      key: pool.key,
      kind: 'expiry',
      reference: pool.reference,
      accountId: pool.accountId,
      debitId: pool.poolId,
      creditId: systemAccounts.expiredCredits,
      amountNanos,
    });
  await trx.raw(
    'update ledger_accounts set closed_at = now() where id = :poolId::bigint and closed_at is null',
    {
      poolId: pool.poolId.toString(),
    },
  );
}
