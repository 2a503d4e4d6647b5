import type { Db } from './connection.ts';

export interface PoolBalance {
  pool: 'main' | 'backup' | 'voucher' | 'wallet' | 'referral';
  postedNanos: bigint;
  heldNanos: bigint;
  expiresAt: Date | null;
  /** Whether calls may draw on it now. */
  spendable: boolean;
}

/** The open pools of an account in the order in which calls draw them; the referral pool comes last. */
export async function listPoolBalances(db: Db, accountId: string): Promise<PoolBalance[]> {
  const { rows } = await db.raw(
    `select pool, posted_nanos as "postedNanos", held_nanos as "heldNanos", expires_at as "expiresAt",
            spend_order is not null and (expires_at is null or expires_at > now()) as spendable
       from ledger_accounts
      where account_id = ? and closed_at is null
      order by spend_order nulls last, expires_at, id`,
    [accountId],
  );
  return rows;
}
