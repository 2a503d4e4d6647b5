import type { Db, Transaction } from './connection.ts';
import { postTransfer, systemAccounts } from './ledger.ts';

interface ClosedPool {
  id: bigint;
  accountId: string;
  postedNanos: bigint;
}

/**
 * What calls in flight left in pools that had ended meanwhile. Returns how many pools were emptied; run it again at
 * once while that equals `limit`.
 */
export function expireLeftovers(db: Db, limit = 100): Promise<number> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: ClosedPool[] }>(
      `select id, account_id as "accountId", posted_nanos as "postedNanos" from ledger_accounts
        where closed_at is not null and emptied_at is null and held_nanos = 0
        order by id limit :limit::integer for no key update skip locked`,
      { limit },
    );
    for (const pool of rows) if (pool.postedNanos > 0n) await expireRest(trx, pool);
    await trx.raw('update ledger_accounts set emptied_at = now() where id = any (:ids::bigint[])', {
      ids: rows.map(({ id }) => id.toString()),
    });
    return rows.length;
  });
}

async function expireRest(trx: Transaction, { id, accountId, postedNanos }: ClosedPool): Promise<void> {
  await postTransfer(trx, {
    key: `expire:${id}:rest`,
    kind: 'expiry',
    reference: `pool ${id}`,
    accountId,
    debitId: id,
    creditId: systemAccounts.expiredCredits,
    amountNanos: postedNanos,
  });
}
