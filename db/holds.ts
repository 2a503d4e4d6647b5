import type { Db } from './connection.ts';

/**
 * Releases the holds of calls that never ended (a proxy that was killed) and logs each as `voided`, at no charge.
 * Safe to run in many processes at once. Returns how many; run it again at once while that equals `limit`.
 */
export async function voidExpiredHolds(db: Db, limit = 500): Promise<number> {
  const { rows } = await db.raw<{ rows: { voided: number }[] }>('select meter_void_expired(?) as voided', [
    limit,
  ]);
  return rows[0]?.voided ?? 0;
}
