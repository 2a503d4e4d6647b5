import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SearchAttributeType } from '@temporalio/common';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { requireFree } from './ports.ts';

export interface TemporalOptions {
  /** The Temporal CLI; see temporal-cli.ts. */
  command: string;
  logFile: string;
  port: number;
  /** Undefined: no web UI. */
  uiPort?: number;
  /** Undefined: everything is forgotten at the end. */
  databaseFile?: string;
  /** Beside `default`, with the same search attributes. */
  namespaces?: string[];
  /** A folder that goes away with the server. */
  temporary?: string;
}

export interface TemporalServer extends GuardedProcess {
  address: string;
  uiUrl: string | undefined;
}

const cliTypes = { [SearchAttributeType.KEYWORD]: 'Keyword', [SearchAttributeType.INT]: 'Int' } as const;

const READY_SECONDS = 60;

/** Starts a Temporal development server on 127.0.0.1 and waits until it answers. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { port, uiPort } = options;
  await requireFree(port, 'Temporal');
  const server = await startGuarded({
    command: options.command,
    args: serverArguments(options),
    logFile: options.logFile,
    graceSeconds: 10,
    removeAfterwards: options.temporary,
  });
  const address = `127.0.0.1:${port}`;
  await ready(server, address, options.logFile);
  return { ...server, address, uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}` };
}

// Twice the workflows a second (measured 22 → 41). What is committed survives a kill -9 of the server; only the last
// moments before a power cut do not, and an order's row in Postgres then brings its workflow back.
const quickerWrites = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];

function serverArguments(options: TemporalOptions): string[] {
  const { port, uiPort, databaseFile, namespaces = [] } = options;
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile, ...quickerWrites]),
    ...namespaces.flatMap((name) => ['--namespace', name]),
    ...Object.values(searchAttributes).flatMap(({ name, type }) => [
      '--search-attribute',
      `${name}=${cliTypes[type]}`,
    ]),
    ...['--log-level', 'error', '--color', 'never'],
  ];
}

async function ready(server: GuardedProcess, address: string, logFile: string): Promise<void> {
  let gone: string | undefined;
  void server.exited.then((how) => {
    gone = how;
  });
  for (const end = Date.now() + READY_SECONDS * 1000; Date.now() < end && !gone; await sleep(100)) {
    if (await answers(address)) return;
  }
  if (!gone) await server.stop();
  throw new Error(
    `Temporal did not start: it ${gone ?? `gave no answer in ${READY_SECONDS} seconds`}. The reason is at the end of ${logFile}.`,
  );
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

/** A Temporal that somebody else runs must answer and know our search attributes; missing ones are added. */
export async function checkTemporal(address: string, namespace: string): Promise<void> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 5000 });
    try {
      await registerSearchAttributes(connection, namespace);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw new Error(
      `Temporal at TEMPORAL_ADDRESS (${address}, namespace ${namespace}) cannot be used: ${(error as Error).message}. ` +
        'Start it, correct the address, or unset TEMPORAL_ADDRESS.',
    );
  }
}
