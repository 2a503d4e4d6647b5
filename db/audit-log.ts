import { v7 as uuidv7 } from 'uuid';
import type { Db, Transaction } from './connection.ts';

export interface NewAuditEntry {
  /** The user; null for what the system did. */
  actorId: string | null;
  /** As a reader knows them: an e-mail address, or the name of a process. */
  actor: string;
  /** `plan.edit`: what kind of subject, and what was done to it. */
  action: string;
  subjectKind: string;
  subjectId: string;
  /** The customer concerned, if it is one. */
  accountId?: string | null;
  /** Plain JSON, money as decimal strings with the unit in the name; a bigint is written as a string. No secrets. */
  before?: unknown;
  after?: unknown;
  reason?: string | null;
}

export interface AuditEntry extends Required<NewAuditEntry> {
  id: string;
  at: Date;
}

/** In the transaction of the act itself: neither is there without the other. Answers the entry's id. */
export async function writeAudit(trx: Transaction, entry: NewAuditEntry): Promise<string> {
  const id = uuidv7();
  await trx.raw(
    `insert into audit_log (id, actor_id, actor, action, subject_kind, subject_id, account_id, before, after, reason)
     values (:id::uuid, :actorId::uuid, :actor::text, :action::text, :subjectKind::text, :subjectId::text,
       :accountId::uuid, :before::jsonb, :after::jsonb, :reason::text)`,
    {
      ...entry,
      id,
      accountId: entry.accountId ?? null,
      before: toJson(entry.before),
      after: toJson(entry.after),
      reason: entry.reason ?? null,
    },
  );
  return id;
}

function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each));
}

export interface AuditPage {
  accountId?: string | undefined;
  action?: string | undefined;
  /** The first moment. */
  from?: string | undefined;
  /** The moment after the last. */
  to?: string | undefined;
  /** The last id of the page before. */
  before?: string | undefined;
  limit: number;
}

/** Newest first. */
export async function listAudit(db: Db | Transaction, page: AuditPage): Promise<AuditEntry[]> {
  const { accountId = null, action = null, from = null, to = null, before = null, limit } = page;
  const { rows } = await db.raw<{ rows: AuditEntry[] }>(
    `select l.id, l.at, l.actor_id as "actorId", l.actor, l.action, l.subject_kind as "subjectKind",
            l.subject_id as "subjectId", l.account_id as "accountId", l.before, l.after, l.reason
       from audit_log l
      where (:accountId::uuid is null or l.account_id = :accountId::uuid)
        and (:action::text is null or l.action = :action::text)
        and l.at >= coalesce(:from::timestamptz, '-infinity') and l.at < coalesce(:to::timestamptz, 'infinity')
        and (:before::uuid is null
          or (l.at, l.id) < ((select b.at from audit_log b where b.id = :before::uuid), :before::uuid))
      order by l.at desc, l.id desc limit :limit`,
    { accountId, action, from, to, before, limit },
  );
  return rows;
}
