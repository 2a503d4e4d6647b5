import pg from 'pg';
import { DomainError } from '../../billing/errors.ts';

const LOCK_NOT_AVAILABLE = '55P03';
// SQLSTATE classes that say nothing about the batch: 08 connection, 25006 read only (a standby), 40 deadlock and
// serialization, 53 resources, 55P03 and 57 locks, cancellation and shutdown, 58 the system around Postgres.
const transient = /^(08|25006|40|53|55P03|57|58)/;
// Of these, the ones after which the connection is still good.
const harmless = /^(40|55P03|57014)/;

/** The batch may go through when it is tried again, perhaps on another connection. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === 'database_unavailable';
  // Whatever Postgres did not say came from the socket: a lost connection, a time-out.
  return error instanceof pg.DatabaseError ? transient.test(error.code ?? '') : true;
}

/** The connection cannot be used any more. */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return transient.test(error.code ?? '') && !harmless.test(error.code ?? '');
}

/** Somebody holds the locks of an account for longer than writers do. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
}

export function databaseUnavailable(): DomainError {
  return new DomainError('database_unavailable', 'The database does not answer. Try again shortly.', {
    retryAfterSeconds: 2,
  });
}
