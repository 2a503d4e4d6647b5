import type { Db, Transaction } from './connection.ts';

export interface Notice {
  accountId: string;
  /** From what it tells, so that it is told once. */
  key: string;
  subject: string;
  body: string;
}

/** Written with what it tells; `listUnsentNotices` finds it until it was sent. */
export async function addNotice(trx: Transaction, notice: Notice): Promise<void> {
  await trx.raw(
    `insert into notices (account_id, key, subject, body)
     values (:accountId::uuid, :key::text, :subject::text, :body::text)
     on conflict (account_id, key) do nothing`,
    { ...notice },
  );
}

/** Of one account, or of all that waited longer than five minutes. */
export async function listUnsentNotices(db: Db, accountId?: string): Promise<Notice[]> {
  const { rows } = await db.raw<{ rows: Notice[] }>(
    `select account_id as "accountId", key, subject, body from notices
      where sent_at is null and (account_id = :accountId::uuid
        or (:accountId::uuid is null and created_at < now() - interval '5 minutes'))
      order by created_at limit 100`,
    { accountId: accountId ?? null },
  );
  return rows;
}

export async function hasUnsentNotices(trx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    'select from notices where account_id = :accountId::uuid and sent_at is null limit 1',
    { accountId },
  );
  return rows.length > 0;
}

export async function markSent(db: Db, { accountId, key }: Notice): Promise<void> {
  await db.raw(
    'update notices set sent_at = now() where account_id = :accountId::uuid and key = :key::text',
    { accountId, key },
  );
}
