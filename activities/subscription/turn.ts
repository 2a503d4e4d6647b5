import { lockClock } from '../../db/account-clock.ts';
import type { Transaction } from '../../db/connection.ts';
import type { ActivityDeps } from '../deps.ts';

export interface TurnInput {
  accountId: string;
  /** The workflow's clock, ISO: the same in every attempt of a step. */
  now: string;
}

/** One change of an account's plan: a transaction that holds the account's lock, and the account's time. */
export interface Turn {
  trx: Transaction;
  deps: ActivityDeps;
  accountId: string;
  /** The clock on the wall. */
  now: Date;
  /** The account's time. */
  at: Date;
  offsetMs: number;
  timeZone: string;
}

export function takeTurn<T>(
  deps: ActivityDeps,
  { accountId, now }: TurnInput,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  return deps.db.transaction(async (trx) => {
    const { offsetMs, timeZone } = await lockClock(trx, accountId);
    const wall = new Date(now);
    const at = new Date(wall.getTime() + offsetMs);
    return work({ trx, deps, accountId, now: wall, at, offsetMs, timeZone });
  });
}

/** When the clock on the wall shows what the account's will. */
export function onTheWall({ offsetMs }: Turn, at: Date): Date {
  return new Date(at.getTime() - offsetMs);
}
