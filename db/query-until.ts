import type { Knex } from 'knex';
import type { Db } from './connection.ts';

/**
 * Runs a query that the signal ends: a reader who left should not keep the database busy. The connection is given back
 * only when the cancellation is over, so that it never hits the query of somebody else.
 */
export async function queryUntil<Row>(
  db: Db,
  signal: AbortSignal,
  sql: string,
  bindings: Knex.RawBinding[] | Record<string, Knex.RawBinding>,
): Promise<Row[]> {
  signal.throwIfAborted();
  const connection: { processID: number } = await db.client.acquireConnection();
  let cancelling: Promise<unknown> | undefined;
  const cancel = () => {
    cancelling = db.raw('select pg_cancel_backend(?)', [connection.processID]).then(ignore, ignore);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { rows } = await db.raw(sql, bindings as Record<string, Knex.RawBinding>).connection(connection);
    signal.throwIfAborted();
    return rows;
  } finally {
    signal.removeEventListener('abort', cancel);
    await cancelling;
    await db.client.releaseConnection(connection);
  }
}

function ignore(): void {}
