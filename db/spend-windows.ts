import type { Db } from './connection.ts';

/**
 * Forgets caps of long ago; usage rows keep what they charged. Budgets stay with their subscription and limits over all
 * time with their key. Returns how many; run it again at once while that equals `limit`.
 */
export async function dropOldWindows(db: Db, olderThan: Date, limit = 1000): Promise<number> {
  const { rows } = await db.raw<{ rows: { dropped: bigint }[] }>(
    `with dropped as (
       delete from spend_windows where id in (
         select id from spend_windows
          where starts_at < :olderThan and starts_at > 'epoch' and held = 0 and scope <> 'plan_budget'
          order by starts_at limit :limit for update skip locked)
       returning id)
     select count(*) as dropped from dropped`,
    { olderThan, limit },
  );
  return Number(rows[0]?.dropped ?? 0n);
}
