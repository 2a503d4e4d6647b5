import { totalmem } from 'node:os';
import path from 'node:path';
import { connect } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { leanProcess } from '../../proxy/lean-process.ts';
import {
  partEnvironment,
  type Surroundings,
  simulatorEnvironment,
  usesStripeSimulator,
} from './environment.ts';
import { postgresFolder } from './folders.ts';
import { startPart } from './part.ts';
import { startPostgres } from './postgres.ts';
import type { Launch } from './stack.ts';
import { checkTemporal, startTemporal } from './temporal.ts';

/** Postgres of DATABASE_URL, else our own; its schema is up to date afterwards. Returns its address. */
export async function launchPostgres(launch: Launch): Promise<string> {
  const { stateFolder, ports, releasePort, given, crew, logs, say } = launch;
  let url = given.DATABASE_URL;
  if (!url) {
    const folder = postgresFolder(stateFolder);
    await crew.add('postgres', 'Postgres', async () => {
      await releasePort('postgres');
      const server = await startPostgres({
        folder,
        logFile: logs.fileOf('postgres'),
        port: ports.postgres,
        settings: { shared_buffers: `${sharedBuffersMiB()}MB`, min_wal_size: MIN_WAL_SIZE },
      });
      url = server.url;
      return server;
    });
    say(`Postgres is ready on port ${ports.postgres}; its data is in ${folder}.`);
  }
  await migrateSchema(url ?? '');
  return url ?? '';
}

// Segments that were written once are kept to be written again: while Postgres fills a new one with zeros, for some 50 ms,
// no call goes on.
const MIN_WAL_SIZE = '512MB';

// Pools and indexes of a million accounts fit: from the 128 MiB that Postgres takes by itself, each call of so many costs
// it two fifths more. Memory that is not used is not taken.
function sharedBuffersMiB(): number {
  return Math.min(512, Math.max(128, Math.floor(totalmem() / 2 ** 20 / 8)));
}

async function migrateSchema(url: string): Promise<void> {
  const db = connect({ url, poolMax: 2, applicationName: 'tollgate-migrate' });
  try {
    await migrate(db);
  } catch (error) {
    throw new Error(`The database's schema could not be brought up to date: ${(error as Error).message}.`);
  } finally {
    await db.destroy();
  }
}

export interface LaunchedTemporal {
  address: string;
  uiUrl: string | undefined;
}

/** Temporal of TEMPORAL_ADDRESS, else a development server of our own. */
export async function launchTemporal(launch: Launch, command: string | undefined): Promise<LaunchedTemporal> {
  const { stateFolder, ports, releasePort, given, crew, logs, say } = launch;
  if (given.TEMPORAL_ADDRESS || !command) {
    const address = given.TEMPORAL_ADDRESS ?? '';
    await checkTemporal(address, given.TEMPORAL_NAMESPACE ?? 'default');
    return { address, uiUrl: given.TEMPORAL_UI_URL };
  }
  const options = {
    command,
    port: ports.temporal,
    uiPort: ports.temporalUi,
    databaseFile: path.join(stateFolder, 'temporal.db'),
    logFile: logs.fileOf('temporal'),
  };
  let launched: LaunchedTemporal = { address: '', uiUrl: undefined };
  await crew.add('temporal', 'Temporal', async () => {
    await Promise.all([releasePort('temporal'), releasePort('temporalUi')]);
    const server = await startTemporal(options);
    launched = server;
    return server;
  });
  say(`Temporal is ready on port ${ports.temporal}, its web UI on port ${ports.temporalUi}.`);
  return launched;
}

export async function launchSimulators(launch: Launch): Promise<void> {
  const { ports, releasePort, given, crew, logs } = launch;
  const env = simulatorEnvironment(launch);
  const add = async (name: 'stripeSimulator' | 'upstream', title: string, folder: string) => {
    const logFile = logs.fileOf(name);
    const entry = `simulators/${folder}/main.ts`;
    await releasePort(name);
    await crew.add(name, title, () =>
      startPart({ title, entry, env: env[name], port: ports[name], logFile }),
    );
    logs.surface(name, title);
  };
  await Promise.all([
    usesStripeSimulator(given) ? add('stripeSimulator', 'The Stripe simulator', 'stripe') : undefined,
    add('upstream', 'The simulated upstream', 'upstream'),
  ]);
}

/** Our own three processes, against everything that runs by now. */
export async function launchParts(launch: Launch & Surroundings): Promise<void> {
  const { ports, releasePort, crew, logs } = launch;
  const shared = partEnvironment(launch);
  const lean = leanProcess(path.join(launch.stateFolder, 'compiled'));
  const add = async (name: 'api' | 'proxy' | 'worker', port?: number) => {
    const env = name === 'proxy' ? { ...lean, ...shared } : shared;
    const title = `The ${name}`;
    const logFile = logs.fileOf(name);
    const part = { title, entry: `${name}/main.ts`, env, logFile, ...(port !== undefined && { port }) };
    if (name !== 'worker') await releasePort(name);
    await crew.add(name, title, () => startPart(part));
    logs.surface(name, title);
  };
  await Promise.all([add('api', ports.api), add('proxy', ports.proxy), add('worker')]);
}
