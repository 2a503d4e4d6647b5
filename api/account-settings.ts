import { type Account, type AccountSettings, updateAccountSettings } from '../db/accounts.ts';
import { writeAudit } from '../db/audit-log.ts';
import type { Db } from '../db/connection.ts';
import type { Session } from '../http/session.ts';

/** Changes what is named. Who pays for calls is a matter of money: it is in the audit log. */
export function changeSettings(db: Db, session: Session, settings: AccountSettings): Promise<Account> {
  const { accountId, userId, email } = session;
  return db.transaction(async (trx) => {
    const { before, after } = await updateAccountSettings(trx, accountId, settings);
    if (before.pay2go !== after.pay2go)
      await writeAudit(trx, {
        actorId: userId,
        actor: email,
        action: 'account.pay2go',
        subjectKind: 'account',
        subjectId: accountId,
        accountId,
        before: { pay2go: before.pay2go },
        after: { pay2go: after.pay2go },
      });
    return after;
  });
}
