import type pg from 'pg';
import './pg-types.ts';

/** What calls of the account may draw on now, and what is held for calls that run. Pay2Go decides of the wallet. */
export async function spendableNanos(pool: pg.Pool, accountId: string): Promise<bigint> {
  const { rows } = await pool.query<{ nanos: bigint }>(
    `select coalesce(sum(posted_nanos), 0)::bigint as nanos
       from ledger_accounts join accounts a on a.id = account_id
      where account_id = $1 and closed_at is null and spend_order is not null
        and (pool <> 'wallet' or a.pay2go_enabled)
        and (expires_at is null or expires_at > now())`,
    [accountId],
  );
  return rows[0]?.nanos ?? 0n;
}

/** What the account paid for calls that began in [from, to). */
export async function paidNanos(pool: pg.Pool, accountId: string, from: Date, to: Date): Promise<bigint> {
  const { rows } = await pool.query<{ nanos: bigint }>(
    `select coalesce(sum(charge_nanos - uncollected_nanos), 0)::bigint as nanos
       from usage_parts($1, $2, $3, null, null, null)`,
    [accountId, from, to],
  );
  return rows[0]?.nanos ?? 0n;
}
