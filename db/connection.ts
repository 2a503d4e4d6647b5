import knexFactory, { type Knex } from 'knex';
import './pg-types.ts';

export type Db = Knex;
export type Transaction = Knex.Transaction;

export interface ConnectOptions {
  url: string;
  poolMax?: number;
  applicationName?: string;
}

/** A pool for ordinary queries. Every statement is bounded, so that an outage is an error and not a hang. */
export function connect(options: ConnectOptions): Db {
  return knexFactory({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'tollgate',
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      keepAlive: true,
    },
    pool: { min: 0, max: options.poolMax ?? 10 },
    acquireConnectionTimeout: 5_000,
    // Errors are thrown to the caller; knex would also print them, past our logs' format and redaction.
    log: { warn: ignore, error: ignore, debug: ignore, deprecate: ignore },
  });
}

function ignore(): void {}
