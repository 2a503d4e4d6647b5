import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { anyPort } from '../../scripts/stack/ports.ts';
import { type PostgresServer, startPostgres } from '../../scripts/stack/postgres.ts';
import { startTemporal, type TemporalServer } from '../../scripts/stack/temporal.ts';
import { findTemporalCli } from '../../scripts/stack/temporal-cli.ts';

export interface RunningServers {
  url: string;
  stop(): Promise<void>;
}

/**
 * Test files run in several processes and share one Postgres and one Temporal, which the first of them to ask
 * starts. They belong to jest's own process and die with it, also when it is killed.
 */
export async function serveOnDemand(): Promise<RunningServers> {
  let postgres: Promise<PostgresServer> | undefined;
  let temporal: Promise<TemporalServer> | undefined;
  const secret = randomBytes(12).toString('hex');

  const answers: Record<string, () => Promise<object>> = {
    postgres: async () => {
      postgres ??= startTemplate();
      return { url: (await postgres).url };
    },
    temporal: async () => {
      temporal ??= startSharedTemporal();
      return { address: (await temporal).address };
    },
  };
  const server = createServer(async (request, response) => {
    const answer = answers[(request.url ?? '').replace(`/${secret}/`, '')];
    try {
      response.end(JSON.stringify((await answer?.()) ?? { error: 'no such server' }));
    } catch (error) {
      response.end(JSON.stringify({ error: (error as Error).message }));
    }
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      const started = await Promise.allSettled([temporal, postgres]);
      await Promise.all(started.map((s) => (s.status === 'fulfilled' ? s.value?.stop() : undefined)));
    },
  };
}

/** The database `tollgate` of this server is the template: migrated once, then only copied. */
async function startTemplate(): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-test-postgres-'));
  const server = await startPostgres({ folder, logFile: path.join(folder, 'log'), temporary: true });
  const db = connect({ url: server.url, poolMax: 2 });
  await migrate(db);
  await db.destroy();
  return server;
}

async function startSharedTemporal(): Promise<TemporalServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-test-temporal-'));
  const command = await findTemporalCli((line) => process.stderr.write(`${line}\n`));
  return startTemporal({
    command,
    port: await anyPort(),
    logFile: path.join(folder, 'log'),
    temporary: folder,
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
    });
  });
}

/** Called in a test file's process. */
export async function ask<T>(name: 'postgres' | 'temporal'): Promise<T> {
  const base = process.env.TOLLGATE_TEST_SERVERS;
  if (!base) throw new Error('Run tests with jest: its global set-up starts Postgres and Temporal.');
  const answer = await (await fetch(`${base}/${name}`)).json();
  if (answer.error) throw new Error(answer.error);
  return answer;
}
