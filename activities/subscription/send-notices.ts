import { claimUnsentNotices, markSent, type Notice } from '../../db/notices.ts';
import { readEmail } from '../../db/order-limits.ts';
import type { ActivityDeps } from '../deps.ts';

type MailDeps = Pick<ActivityDeps, 'db' | 'sendMail'>;

/**
 * Sends what is unsent: of one account, or what is due of all. A mail that was sent but not marked goes out again:
 * better twice than never. One that cannot be sent is tried again later and holds up no other; in the end it fails this.
 */
export async function sendNotices(deps: MailDeps, accountId?: string): Promise<void> {
  const failures: unknown[] = [];
  for (const notice of await claimUnsentNotices(deps.db, accountId))
    await sendNotice(deps, notice).catch((error) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} mails could not be sent`);
}

async function sendNotice({ db, sendMail }: MailDeps, notice: Notice): Promise<void> {
  const to = await readEmail(db, notice.accountId);
  if (to) await sendMail({ to, subject: notice.subject, text: notice.body });
  await markSent(db, notice);
}
