import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { anyPort, requireFree } from './ports.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { isRunning } from './process-identity.ts';
import { postgresUser, type SystemUser } from './system-user.ts';

export interface PostgresOptions {
  /** Holds one data folder per major version and the password. The Postgres user must be able to enter it. */
  folder: string;
  logFile: string;
  port?: number;
  /** Off only for data that nobody misses. */
  fsync?: boolean;
  /** Further settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** Removes `folder` when Postgres ends, however we end. */
  temporary?: boolean;
}

export interface PostgresServer extends GuardedProcess {
  port: number;
  /** Of the database `tollgate`; the role is its superuser. */
  url: string;
}

const READY_SECONDS = 60;
const WRONG_PASSWORD = '28P01';

/** Starts Postgres on 127.0.0.1, makes its data folder on the first start, and waits until it answers. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = postgresUser(options.folder);
  const binaries = findPostgres(user);
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(options.folder, user.uid, user.gid);
  const data = path.join(options.folder, String(binaries.major));
  const password = passwordOf(options.folder);
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialise(binaries, data, password, user);
  await waitForPredecessor(data);

  const port = options.port ?? (await anyPort());
  await requireFree(port, 'Postgres');
  const server = await startGuarded({
    command: path.join(binaries.binFolder, 'postgres'),
    args: postgresArguments(data, port, options),
    logFile: options.logFile,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    user,
    // SIGINT is Postgres's fast shutdown: SIGTERM would wait for every client to leave.
    stopSignal: 'INT',
    graceSeconds: 30,
    removeAfterwards: options.temporary ? options.folder : undefined,
  });
  const url = `postgres://tollgate:${password}@127.0.0.1:${port}/tollgate`;
  await ready(server, url.replace(/tollgate$/, 'postgres'), options.logFile);
  return { ...server, port, url };
}

function postgresArguments(data: string, port: number, options: PostgresOptions): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: options.fsync === false ? 'off' : 'on',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', data, '-p', String(port), ...flags];
}

function passwordOf(folder: string): string {
  const file = path.join(folder, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Made beside the data folder and renamed: a half-made one is never mistaken for data. */
function initialise(
  binaries: PostgresBinaries,
  data: string,
  password: string,
  user: SystemUser | undefined,
): void {
  removeAbandoned(data);
  const made = `${data}.init-${process.pid}`;
  const passwordFile = `${made}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const flags = [
    '--username=tollgate',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const run = spawnSync(
    path.join(binaries.binFolder, 'initdb'),
    ['-D', made, `--pwfile=${passwordFile}`, ...flags],
    {
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...user,
    },
  );
  rmSync(passwordFile, { force: true });
  if (run.status !== 0) {
    rmSync(made, { recursive: true, force: true });
    const reason = (run.stderr ?? '').trim().split('\n').at(-1) ?? run.error?.message;
    throw new Error(
      `Postgres could not make its data folder ${data}: ${reason}. To use another Postgres set DATABASE_URL.`,
    );
  }
  renameSync(made, data);
}

function removeAbandoned(data: string): void {
  const parent = path.dirname(data);
  for (const name of readdirSync(parent)) {
    const pid = /\.init-(\d+)/.exec(name)?.[1];
    if (pid && !isRunning(Number.parseInt(pid, 10)))
      rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

/**
 * The Postgres of a start that was killed ends within a second. A pid in a stale file can meanwhile belong to
 * somebody else (pids are few in containers), and Postgres would take that for a running one.
 */
async function waitForPredecessor(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid');
  for (let waited = 0; waited < 30; waited += 0.1) {
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
    if (Number.isNaN(pid)) return;
    if (!isRunning(pid, data)) {
      rmSync(file, { force: true });
      return;
    }
    await sleep(100);
  }
  throw new Error(`Another Postgres uses ${data}: stop the Tollgate that started it.`);
}

async function ready(server: GuardedProcess, url: string, logFile: string): Promise<void> {
  let gone: string | undefined;
  void server.exited.then((how) => {
    gone = how;
  });
  let last = 'no answer';
  for (const end = Date.now() + READY_SECONDS * 1000; Date.now() < end && !gone; await sleep(50)) {
    try {
      return await ensureDatabase(url);
    } catch (error) {
      last = (error as Error).message;
      if ((error as pg.DatabaseError).code === WRONG_PASSWORD) break;
    }
  }
  if (!gone) await server.stop();
  throw new Error(
    `Postgres did not start: it ${gone ?? `answered "${last}"`}. The reason is at the end of ${logFile}.`,
  );
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query("select 1 from pg_database where datname = 'tollgate'");
    if (found.rowCount === 0) await client.query('create database tollgate');
  } finally {
    await client.end().catch(() => {});
  }
}
