import type { Transaction } from './connection.ts';

/** Something changed what is due: the next billing run looks at the account's plan. */
export async function wakeSoon(trx: Transaction, accountId: string): Promise<void> {
  // In milliseconds, as far as a cursor over due subscriptions can see.
  await trx.raw(
    `update subscriptions set wake_at = least(wake_at, date_trunc('milliseconds', now()))
      where account_id = :accountId::uuid and status <> 'ended'`,
    { accountId },
  );
}
