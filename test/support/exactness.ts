import { expect } from '@jest/globals';
import type { Db } from '../../db/connection.ts';
import { voidExpiredHolds } from '../../db/holds.ts';
import { checkLedger } from '../../db/ledger-check.ts';
import type { Delivered } from './delivered-calls.ts';

/** What was delivered is charged once and exactly; nothing is held; every nano is accounted for. */
export async function expectEveryCallIsExact(
  db: Db,
  accountId: string,
  fundsNanos: bigint,
  delivered: Delivered[],
): Promise<void> {
  await db.raw(`update holds set expires_at = now() - interval '1 second' where account_id = ?`, [accountId]);
  while ((await voidExpiredHolds(db)) > 0);
  const { rows } = await db.raw('select id, charge_nanos from usage_events where account_id = ?', [
    accountId,
  ]);
  const charges = new Map<string, bigint>(rows.map((row: any) => [row.id, row.charge_nanos]));
  const wrong = delivered.filter(({ traceId, chargeNanos }) => charges.get(traceId) !== chargeNanos);
  expect(wrong).toEqual([]);
  const charged = rows.reduce((sum: bigint, row: any) => sum + row.charge_nanos, 0n);
  const { rows: pools } = await db.raw(
    'select sum(posted_nanos)::bigint as posted, sum(held_nanos)::bigint as held from ledger_accounts where account_id = ?',
    [accountId],
  );
  expect(pools[0]).toEqual({ posted: fundsNanos - charged, held: 0n });
  expect((await checkLedger(db)).filter((check) => check.rows.length > 0)).toEqual([]);
}
