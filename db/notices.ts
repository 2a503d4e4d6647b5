import type { Db, Transaction } from './connection.ts';

export interface Notice {
  accountId: string;
  /** From what it tells, so that it is told once. */
  key: string;
  subject: string;
  body: string;
}

/** Written with what it tells; `claimUnsentNotices` finds it until it was sent. */
export async function addNotice(trx: Transaction, notice: Notice): Promise<void> {
  await trx.raw(
    `insert into notices (account_id, key, subject, body)
     values (:accountId::uuid, :key::text, :subject::text, :body::text)
     on conflict (account_id, key) do nothing`,
    { ...notice },
  );
}

// Later and later for about a week; then the address is taken for dead.
const MAX_ATTEMPTS = 14;

/**
 * Of one account, or of all what is due. They are tried again later unless `markSent` is told, and no other process
 * takes them meanwhile. Only tries whose time had come count: a workflow may look as often as it likes.
 */
export async function claimUnsentNotices(db: Db, accountId?: string): Promise<Notice[]> {
  const { rows } = await db.raw<{ rows: Notice[] }>(
    `with due as (
       select account_id, key from notices
        where sent_at is null and attempts < :most
          and (account_id = :accountId::uuid or (:accountId::uuid is null and next_try_at <= now()))
        order by number limit 100 for update skip locked),
     claimed as (
       update notices n set attempts = attempts + (:accountId::uuid is null)::integer,
              next_try_at = now() + least(interval '5 minutes' * 2 ^ attempts, interval '1 day')
         from due where n.account_id = due.account_id and n.key = due.key
       returning n.account_id, n.key, n.subject, n.body, n.number)
     select account_id as "accountId", key, subject, body from claimed order by number`,
    { accountId: accountId ?? null, most: MAX_ATTEMPTS },
  );
  return rows;
}

export async function hasUnsentNotices(trx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `select from notices where account_id = :accountId::uuid and sent_at is null and attempts < :most limit 1`,
    { accountId, most: MAX_ATTEMPTS },
  );
  return rows.length > 0;
}

export async function markSent(db: Db, { accountId, key }: Notice): Promise<void> {
  await db.raw(
    'update notices set sent_at = now() where account_id = :accountId::uuid and key = :key::text',
    { accountId, key },
  );
}
