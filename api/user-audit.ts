import { type NewAuditEntry, writeAudit } from '../db/audit-log.ts';
import type { Transaction } from '../db/connection.ts';
import type { Session } from '../http/session.ts';

/** What a signed-in user did. In the transaction of the act itself. */
export function auditUser(
  trx: Transaction,
  { userId, email }: Session,
  entry: Omit<NewAuditEntry, 'actorId' | 'actor'>,
): Promise<string> {
  return writeAudit(trx, { ...entry, actorId: userId, actor: email });
}
