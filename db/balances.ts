import type { Db } from './connection.ts';

export interface PoolBalance {
  pool: 'main' | 'backup' | 'voucher' | 'wallet' | 'referral';
  postedNanos: bigint;
  heldNanos: bigint;
  expiresAt: Date | null;
  /** Whether calls may draw on it now; of the wallet Pay2Go decides. */
  spendable: boolean;
}

/** The open pools of an account in the order in which calls draw them; the referral pool comes last. */
export async function listPoolBalances(db: Db, accountId: string): Promise<PoolBalance[]> {
  const { rows } = await db.raw(
    `select pool, posted_nanos as "postedNanos", held_nanos as "heldNanos", expires_at as "expiresAt",
            spend_order is not null and (expires_at is null or expires_at > now())
              and (pool <> 'wallet' or a.pay2go_enabled) as spendable
       from ledger_accounts join accounts a on a.id = account_id
      where account_id = ? and closed_at is null
      order by spend_order nulls last, expires_at, ledger_accounts.id`,
    [accountId],
  );
  return rows;
}
