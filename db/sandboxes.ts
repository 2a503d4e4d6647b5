import type { Db, Transaction } from './connection.ts';

export interface Sandbox {
  accountId: string;
  email: string;
  timeZone: string;
  offsetMs: number;
  planId: string | null;
}

/** Of one account, or all of them. */
export async function listSandboxes(db: Db, accountId: string | null = null): Promise<Sandbox[]> {
  const { rows } = await db.raw<{ rows: (Omit<Sandbox, 'offsetMs'> & { offsetMs: bigint })[] }>(
    `select a.id as "accountId", u.email, a.time_zone as "timeZone", a.clock_offset_ms as "offsetMs",
            v.plan_id as "planId"
       from accounts a join auth_users u on u.id = a.id
       left join subscriptions s on s.account_id = a.id and s.status <> 'ended'
       left join plan_versions v on v.version = s.plan_version
      where a.sandbox and (:accountId::uuid is null or a.id = :accountId::uuid)
      order by u.email limit 500`,
    { accountId },
  );
  return rows.map((row) => ({ ...row, offsetMs: Number(row.offsetMs) }));
}

export async function makeSandbox(trx: Transaction, accountId: string): Promise<void> {
  await trx.raw('update accounts set sandbox = true where id = :accountId::uuid', { accountId });
}

/**
 * Whether money of the account may have been real: paid on a page that does not say that it is a test's, or a card
 * left on one. What cannot be told counts as real.
 */
export async function hasPaidRealMoney(trx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { paid: boolean }[] }>(
    `select exists (
       select from orders where account_id = :accountId::uuid
          and (credited_nanos > 0 or paid_minor is not null or status in ('paid', 'needs_review'))
          and coalesce(checkout_ref, '') not like 'cs\\_test\\_%'
       union all
       select from card_setups where account_id = :accountId::uuid and status = 'complete'
          and coalesce(checkout_ref, '') not like 'cs\\_test\\_%'
     ) as paid`,
    { accountId },
  );
  return rows[0]?.paid ?? true;
}
