import type { Db } from './connection.ts';

export type WindowScope = 'daily_cap' | 'weekly_cap' | 'plan_budget' | 'daily_requests';

export interface WindowUse {
  usedCount: bigint;
  heldCount: bigint;
}

/** What was used in a window and what calls in flight may still use of it, in the unit of its scope. */
export async function readWindowUse(
  db: Db,
  window: { accountId: string; scope: WindowScope; subject: string; startsAt: Date },
): Promise<WindowUse> {
  const { rows } = await db.raw<{ rows: WindowUse[] }>(
    `select used as "usedCount", held as "heldCount" from spend_windows
      where account_id = :accountId::uuid and scope = :scope::text and subject = :subject::uuid
        and starts_at = :startsAt::timestamptz`,
    { ...window },
  );
  return rows[0] ?? { usedCount: 0n, heldCount: 0n };
}
