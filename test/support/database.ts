import { randomBytes } from 'node:crypto';
import { connect, type Db } from '../../db/connection.ts';
import { ask } from './on-demand.ts';

export interface TestDatabase {
  url: string;
  db: Db;
  /** Call it in `afterAll`. What a crashed test file leaves behind goes with the server. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own for one test file, on the Postgres that all share. */
export async function testDatabase(options: { poolMax?: number } = {}): Promise<TestDatabase> {
  const { url: templateUrl } = await ask<{ url: string }>('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(templateUrl, `create database ${name} template tollgate`);
  const url = templateUrl.replace(/tollgate$/, name);
  const db = connect({ url, poolMax: options.poolMax ?? 10, applicationName: 'tollgate-test' });
  return {
    url,
    db,
    drop: async () => {
      await db.destroy();
      await onServer(templateUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Not on the template itself: a connection to it would block copies of it. */
async function onServer(templateUrl: string, sql: string): Promise<void> {
  const server = connect({ url: templateUrl.replace(/tollgate$/, 'postgres'), poolMax: 1 });
  try {
    await server.raw(sql);
  } finally {
    await server.destroy();
  }
}
