import { listUnsentNotices, markSent } from '../../db/notices.ts';
import { readEmail } from '../../db/order-limits.ts';
import type { ActivityDeps } from '../deps.ts';

/** A mail that was sent but not marked goes out again: better twice than never. */
export async function sendNotices(
  deps: Pick<ActivityDeps, 'db' | 'sendMail'>,
  accountId?: string,
): Promise<void> {
  for (const notice of await listUnsentNotices(deps.db, accountId)) {
    const to = await readEmail(deps.db, notice.accountId);
    if (to) await deps.sendMail({ to, subject: notice.subject, text: notice.body });
    await markSent(deps.db, notice);
  }
}
