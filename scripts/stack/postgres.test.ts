import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { type PostgresServer, startPostgres } from './postgres.ts';

let folder: string;
let logFile: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tollgate-postgres-'));
  logFile = path.join(folder, 'log');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = () => startPostgres({ folder, logFile });

async function query(server: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('keeps its data over a stop, a SIGKILL and what a SIGKILL leaves behind', async () => {
  const first = await start();
  await query(first, 'create table kept (id int); insert into kept values (1)');
  await first.stop();

  const second = await start();
  await query(second, 'insert into kept values (2)');
  second.kill();
  await second.exited;

  // Our own pid: it runs, and it is not that Postgres.
  const major = readdirSync(folder).find((name) => /^\d+$/.test(name)) ?? '';
  const pidFile = path.join(folder, major, 'postmaster.pid');
  writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(process.pid)));

  const third = await start();
  expect(await query(third, 'select id from kept order by id')).toEqual([{ id: 1 }, { id: 2 }]);
  await third.stop();
});

it('listens on this machine only, wants a password that only its owner can read, and speaks UTF-8', async () => {
  const server = await start();
  try {
    expect(await query(server, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(await query(server, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(statSync(path.join(folder, 'password')).mode & 0o777).toBe(0o600);
    const wrong = new pg.Client({ connectionString: server.url.replace(/:[^:@]*@/, ':wrong@') });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
  } finally {
    await server.stop();
  }
});

it('takes no half-made data folder for data', async () => {
  const server = await start();
  await server.stop();
  expect(readdirSync(folder).filter((name) => name.includes('.init-'))).toEqual([]);
});

it('says in one sentence why it cannot start', async () => {
  const server = await start();
  try {
    const other = { folder: mkdtempSync(path.join(folder, 'other-')), logFile };
    await expect(startPostgres({ ...other, port: server.port })).rejects.toThrow(
      `Postgres cannot start: something else listens on its port ${server.port} now.`,
    );
    await expect(startPostgres({ ...other, settings: { no_such_setting: 'x' } })).rejects.toThrow(
      /^Postgres did not start: it ended with code 1\. The reason is at the end of /,
    );
  } finally {
    await server.stop();
  }
});
