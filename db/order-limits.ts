import type { Db, Transaction } from './connection.ts';

/** Held while an account opens an order, so that two at once cannot both pass a limit that has room for one. */
export async function lockAccount(
  trx: Transaction,
  accountId: string,
): Promise<{ status: 'active' | 'suspended' } | undefined> {
  const result = await trx.raw<{ rows: { status: 'active' | 'suspended' }[] }>(
    'select status from accounts where id = :accountId::uuid for no key update',
    { accountId },
  );
  return result.rows[0];
}

export interface OpenOrders {
  pending: number;
  /** What the account asked for in the last 24 hours, less what came to nothing. */
  dayNanos: bigint;
}

export async function readOpenOrders(trx: Transaction, accountId: string): Promise<OpenOrders> {
  const result = await trx.raw<{ rows: OpenOrders[] }>(
    `select count(*) filter (where status in ('created', 'link_issued', 'paid'))::integer as pending,
       coalesce(sum(credit_nanos) filter (where created_at > now() - interval '24 hours'
         and status not in ('expired', 'cancelled', 'failed')), 0)::bigint as "dayNanos"
     from orders
     where account_id = :accountId::uuid
       and (created_at > now() - interval '24 hours' or status in ('created', 'link_issued', 'paid'))`,
    { accountId },
  );
  return result.rows[0] ?? { pending: 0, dayNanos: 0n };
}

/** For the provider's receipt; read when needed, so that no workflow history carries it. */
export async function readEmail(trx: Db | Transaction, accountId: string): Promise<string | undefined> {
  const result = await trx.raw<{ rows: { email: string }[] }>(
    'select email from auth_users where id = :accountId::uuid',
    { accountId },
  );
  return result.rows[0]?.email;
}
