import pg from 'pg';
import type { Logger } from 'pino';
import { hangUpOnSilence } from '../db/silence.ts';

/** better-auth's connections, bounded like ours (db/connection.ts). */
export function connectAuthPool(options: { url: string; poolMax: number; logger: Logger }): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    application_name: 'tollgate-auth',
  });
  // A connection that breaks (Postgres restarts) without a listener ends the process: the pool listens on its own
  // behalf while one is idle, each connection needs one while it is lent out between two queries.
  const onError = (err: Error) => options.logger.warn({ err }, 'A database connection broke');
  pool.on('error', onError);
  pool.on('connect', (client) => {
    client.on('error', onError);
    hangUpOnSilence(client);
  });
  return pool;
}
