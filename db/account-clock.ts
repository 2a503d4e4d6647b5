import type { Span } from '../billing/calendar.ts';
import { DomainError } from '../billing/errors.ts';
import type { Db, Transaction } from './connection.ts';

export interface AccountClock {
  sandbox: boolean;
  offsetMs: number;
  timeZone: string;
  /** The day of its daily caps that goes on although the zone was changed. */
  keptDay: Span | undefined;
}

interface ClockRow {
  sandbox: boolean;
  offsetMs: bigint;
  timeZone: string;
  keptFrom: Date | null;
  keptTo: Date | null;
}

/** How far the account's time is ahead of the clock on the wall: 0 but for sandboxes whose clock was moved. */
export function readClock(db: Db | Transaction, accountId: string): Promise<AccountClock> {
  return clockOf(db, accountId, '');
}

/** The same, holding the account's lock: everything that changes its plan does so under it. */
export function lockClock(trx: Transaction, accountId: string): Promise<AccountClock> {
  return clockOf(trx, accountId, 'for no key update');
}

async function clockOf(
  db: Db | Transaction,
  accountId: string,
  lock: '' | 'for no key update',
): Promise<AccountClock> {
  const { rows } = await db.raw<{ rows: ClockRow[] }>(
    `select sandbox, clock_offset_ms as "offsetMs", time_zone as "timeZone", cap_day_start as "keptFrom",
            cap_day_end as "keptTo"
       from accounts where id = :accountId::uuid ${lock}`,
    { accountId },
  );
  const [row] = rows;
  if (!row) throw new DomainError('not_found', 'There is no such account');
  const { sandbox, offsetMs, timeZone, keptFrom, keptTo } = row;
  return { sandbox, offsetMs: Number(offsetMs), timeZone, keptDay: spanOf(keptFrom, keptTo) };
}

/** `undefined` where nothing is kept. */
export function spanOf(from: Date | null, to: Date | null): Span | undefined {
  return from && to ? { startMs: from.getTime(), endMs: to.getTime() } : undefined;
}

/**
 * Moves a sandbox account's time on; what is due falls due earlier by as much. Never back: what has happened has
 * happened. Only sandboxes: constraint accounts_clock_of_sandboxes_only.
 */
export async function moveClock(trx: Transaction, accountId: string, offsetMs: number): Promise<void> {
  await trx.raw(
    `with moved as (
       update accounts a set clock_offset_ms = :offsetMs::bigint
         from (select id, clock_offset_ms from accounts where id = :accountId::uuid for no key update) before
        where a.id = before.id and before.clock_offset_ms < :offsetMs::bigint
        returning a.id, :offsetMs::bigint - before.clock_offset_ms as by_ms)
     update subscriptions s set wake_at = s.wake_at - make_interval(secs => moved.by_ms / 1000.0)
       from moved where s.account_id = moved.id and s.wake_at is not null`,
    { accountId, offsetMs: String(offsetMs) },
  );
}
