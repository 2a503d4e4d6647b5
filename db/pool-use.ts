import type { PoolUse } from '../billing/switch-quote.ts';
import type { Db, Transaction } from './connection.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * What was granted for the current period and what of it is spent. A call in flight counts with all that it holds:
 * it was admitted on these pools, and is paid from them. The backup counts as full when the period began.
 */
export async function readPoolUse(
  db: Db | Transaction,
  { id, periodIndex, planVersion, mainPoolId, backupPoolId }: Subscription,
): Promise<{ main: PoolUse; backup: PoolUse }> {
  const { rows } = await db.raw<{ rows: UseRow[] }>(
    `select coalesce(p.base_nanos + p.bonus_nanos, 0) as "mainGranted",
            coalesce((select posted_nanos - held_nanos from ledger_accounts where id = :mainPoolId::bigint), 0) as "mainLeft",
            v.backup_nanos as "backupGranted",
            coalesce((select posted_nanos - held_nanos from ledger_accounts where id = :backupPoolId::bigint), 0) as "backupLeft"
       from plan_versions v
       left join subscription_periods p on p.subscription_id = :id::uuid and p.period_index = :periodIndex::integer
      where v.version = :planVersion::bigint`,
    {
      id,
      periodIndex,
      planVersion: planVersion.toString(),
      mainPoolId: mainPoolId?.toString() ?? null,
      backupPoolId: backupPoolId?.toString() ?? null,
    },
  );
  const [row] = rows;
  if (!row) throw new Error(`There are no terms ${planVersion}`);
  return { main: poolUse(row.mainGranted, row.mainLeft), backup: poolUse(row.backupGranted, row.backupLeft) };
}

interface UseRow {
  mainGranted: bigint;
  mainLeft: bigint;
  backupGranted: bigint;
  backupLeft: bigint;
}

function poolUse(grantedNanos: bigint, leftNanos: bigint): PoolUse {
  return { grantedNanos, spentNanos: leftNanos < grantedNanos ? grantedNanos - leftNanos : 0n };
}
