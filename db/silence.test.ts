import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toDomainError } from '../http/errors.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { connect, type Db } from './connection.ts';

const SILENCE_MS = 1_200;
let database: TestDatabase;
let line: Line;
let db: Db;

/** Between us and Postgres; frozen, it keeps what it is given and says nothing. */
interface Line {
  url: string;
  freeze(): void;
  thaw(): void;
  close(): void;
}

async function lineTo(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const server: Server = createServer((near) => {
    const far = dial(Number(port), hostname);
    sockets.push(near, far);
    near.pipe(far).on('error', () => near.destroy());
    far.pipe(near).on('error', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: through.href,
    freeze: () => sockets.forEach((socket) => void socket.pause()),
    thaw: () => sockets.forEach((socket) => void socket.resume()),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

beforeEach(async () => {
  database = await testDatabase();
  line = await lineTo(database.url);
  db = connect({ url: line.url, poolMax: 1, silenceMs: SILENCE_MS });
  await db.raw('create table things (id integer)');
});
afterEach(async () => {
  await db.destroy();
  line.close();
  await database.drop();
});

const backend = async () => (await db.raw('select pg_backend_pid() as pid')).rows[0].pid;
const things = async () => (await database.db.raw('select count(*)::int as n from things')).rows[0].n;

describe('a Postgres that owes an answer and says nothing', () => {
  it('is hung up on, which reads as an outage, and asked anew', async () => {
    const before = await backend();
    line.freeze();
    const error = await db.raw('select 1').catch((thrown: unknown) => thrown);
    expect(toDomainError(error)?.code).toBe('database_unavailable');
    line.thaw();
    expect(await backend()).not.toBe(before);
  });

  it('in a transaction leaves nothing of it behind, also when it wakes up', async () => {
    const cut = db.transaction(async (trx) => {
      await trx.raw('insert into things values (1)');
      line.freeze();
      await trx.raw('insert into things values (2)');
    });
    await expect(cut).rejects.toThrow();
    line.thaw();
    await db.transaction((trx) => trx.raw('insert into things values (3)'));
    await sleep(100);
    expect(await things()).toBe(1);
  });
});

describe('a connection', () => {
  it('that nobody asks anything stays, for however long', async () => {
    const before = await backend();
    await sleep(2.5 * SILENCE_MS);
    expect(await backend()).toBe(before);
    await db.transaction(async (trx) => {
      await trx.raw('insert into things values (1)');
      await sleep(2.5 * SILENCE_MS);
      await trx.raw('insert into things values (2)');
    });
    expect(await things()).toBe(2);
  });
});
