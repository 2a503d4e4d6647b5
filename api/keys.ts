import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '../billing/errors.ts';
import {
  changeKey,
  type KeyChange,
  lockKey,
  revokeKey,
  type SpendLimit,
  type StoredKey,
} from '../db/api-keys.ts';
import type { Db, Transaction } from '../db/connection.ts';
import type { Session } from '../http/session.ts';
import type { Auth } from './auth.ts';
import { auditUser } from './user-audit.ts';

const DAY_SECONDS = 86_400;

export interface NewKey {
  accountId: string;
  name: string;
  expiresInDays?: number | undefined;
  /** Absent: every model, every address. */
  models?: string[] | undefined;
  ipRanges?: string[] | undefined;
  spendLimit?: SpendLimit | undefined;
}

/** Makes a key. Its `key` is the secret: nobody can read it again. Also for the demo data, which nobody makes. */
export async function createApiKey(
  deps: { auth: Auth; db: Db },
  input: NewKey,
  by?: Session,
): Promise<StoredKey & { key: string }> {
  const { accountId, name, expiresInDays, models, ipRanges, spendLimit } = input;
  const expiresIn = expiresInDays === undefined ? null : expiresInDays * DAY_SECONDS;
  const { id, key } = await deps.auth.api.createApiKey({ body: { userId: accountId, name, expiresIn } });
  const stored = await deps.db.transaction(async (trx) => {
    const made = await changeKey(trx, accountId, id, { models, ipRanges, spendLimit });
    if (made && by) await audit(trx, by, 'api_key.create', { id, after: limitsOf(made) });
    return made;
  });
  if (!stored) throw new Error(`Key ${id} vanished while it was made`);
  return { ...stored, key };
}

/** Also in the audit log, where it limits what the key may spend, on what, from where or until when. */
export function changeApiKey(db: Db, by: Session, id: string, change: KeyChange): Promise<StoredKey> {
  return db.transaction(async (trx) => {
    const before = await lockKey(trx, by.accountId, id);
    const changed = before && (await changeKey(trx, by.accountId, id, change));
    if (!changed) throw new DomainError('not_found', 'You have no such key, or it is revoked');
    const limits = { before: limitsOf(before), after: limitsOf(changed) };
    if (!isDeepStrictEqual(limits.before, limits.after))
      await audit(trx, by, 'api_key.change', { id, ...limits });
    return changed;
  });
}

/** Revoking again changes nothing. */
export function revokeApiKey(db: Db, by: Session, id: string): Promise<void> {
  return db.transaction(async (trx) => {
    const key = await lockKey(trx, by.accountId, id);
    if (!key) throw new DomainError('not_found', 'You have no such key');
    if (key.revokedAt) return;
    await revokeKey(trx, id);
    await audit(trx, by, 'api_key.revoke', { id, before: limitsOf(key) });
  });
}

function limitsOf({ models, ipRanges, spendLimitNanos, spendLimitWindow, expiresAt }: StoredKey) {
  return { models, ipRanges, spendLimitNanos, spendLimitWindow, expiresAt };
}

function audit(
  trx: Transaction,
  by: Session,
  action: string,
  { id, ...states }: { id: string; before?: object; after?: object },
): Promise<string> {
  const { accountId } = by;
  return auditUser(trx, by, { ...states, action, subjectKind: 'api_key', subjectId: id, accountId });
}
