import { keptDay } from '../billing/cap-day.ts';
import { lockClock } from '../db/account-clock.ts';
import { type Account, type AccountSettings, findAccount, updateAccountSettings } from '../db/accounts.ts';
import type { Db, Transaction } from '../db/connection.ts';
import type { Session } from '../http/session.ts';
import { auditUser } from './user-audit.ts';

/**
 * Changes what is named. Another time zone opens no second day of daily caps. Who pays for calls is a matter of money:
 * it is in the audit log.
 */
export function changeSettings(
  db: Db,
  session: Session,
  settings: Omit<AccountSettings, 'keptDay'>,
): Promise<Account> {
  const { accountId } = session;
  return db.transaction(async (trx) => {
    const clock = await lockClock(trx, accountId);
    const before = await findAccount(trx, accountId);
    const { timeZone } = settings;
    const moves = timeZone !== undefined && timeZone !== clock.timeZone;
    const day = moves
      ? keptDay({ timeZone: clock.timeZone, kept: clock.keptDay }, timeZone, Date.now() + clock.offsetMs)
      : undefined;
    const after = await updateAccountSettings(trx, accountId, { ...settings, keptDay: day });
    if (before?.pay2go !== after.pay2go) await auditPay2Go(trx, session, after.pay2go);
    return after;
  });
}

function auditPay2Go(trx: Transaction, session: Session, pay2go: boolean): Promise<string> {
  const { accountId } = session;
  return auditUser(trx, session, {
    action: 'account.pay2go',
    subjectKind: 'account',
    subjectId: accountId,
    accountId,
    before: { pay2go: !pay2go },
    after: { pay2go },
  });
}
