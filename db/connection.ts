import knexFactory, { type Knex } from 'knex';
import type pg from 'pg';
import './pg-types.ts';
import { hangUpOnSilence } from './silence.ts';

export type Db = Knex;
export type Transaction = Knex.Transaction;

export interface ConnectOptions {
  url: string;
  poolMax?: number;
  applicationName?: string;
  /** For who waits for somebody who waits: see `hangUpOnSilence`. Not for statements without a time-out. */
  silenceMs?: number;
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
    pool: { min: 0, max: options.poolMax ?? 10, ...hangingUp(options.silenceMs) },
    acquireConnectionTimeout: 5_000,
    // Errors are thrown to the caller; knex would also print them, past our logs' format and redaction.
    log: { warn: ignore, error: ignore, debug: ignore, deprecate: ignore },
  });
}

function hangingUp(silenceMs: number | undefined): Knex.PoolConfig {
  if (silenceMs === undefined) return {};
  return {
    afterCreate: (client: pg.Client, done: (error: null, client: pg.Client) => void) => {
      hangUpOnSilence(client, silenceMs);
      done(null, client);
    },
  };
}

function ignore(): void {}
