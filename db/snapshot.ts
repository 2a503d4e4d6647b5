import type { Db, Transaction } from './connection.ts';

/** Several reads that all see the same moment: what is written meanwhile is in all of them or in none. */
export function readSnapshot<Result>(db: Db, read: (trx: Transaction) => Promise<Result>): Promise<Result> {
  return db.transaction(read, { isolationLevel: 'repeatable read', readOnly: true });
}
