import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';

let database: TestDatabase;
let started: ChildProcess[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
});
afterAll(() => database.drop());

interface Started {
  child: ChildProcess;
  url: string;
  lines: string[];
}

async function start(environment: NodeJS.ProcessEnv): Promise<Started> {
  const child = spawn(process.execPath, ['api/main.ts'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      AUTH_SECRET: 'a-secret-of-thirty-two-characters-for-tests',
      API_PORT: '0',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  output.on('line', (line) => lines.push(line));
  const listening = once(output, 'line');
  await Promise.race([listening, once(child, 'exit')]);
  const { host, port } = JSON.parse(lines[0] ?? '{}');
  return { child, url: `http://${host}:${port}`, lines };
}

const exitOf = async (child: ChildProcess) => (await once(child, 'exit'))[0];

describe('the api process', () => {
  it('says in one JSON line where it listens, without Temporal', async () => {
    const { url, lines } = await start({});
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'api', msg: 'The api is listening' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ postgres: 'up', temporal: 'down' });
  });

  it('finishes a request that is under way when it is told to stop, and closes idle connections', async () => {
    const { child, url } = await start({});
    const agent = new http.Agent({ keepAlive: true });
    await new Promise((resolve) =>
      http.get(`${url}/healthz`, { agent }, (idle) => idle.resume().on('end', resolve)),
    );

    const slow = http.request(`${url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    slow.write('{"email":"ann@example.com",');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const exited = exitOf(child);
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.end('"password":"a guess"}');
    const [answer] = await once(slow, 'response');
    expect([answer.statusCode, answer.headers.connection]).toEqual([401, 'close']);
    answer.resume();
    expect(await exited).toBe(0);
    agent.destroy();
  });

  it('that cannot start says in one line what to check', async () => {
    const { url } = await start({});
    for (const [environment, hint] of [
      [{ DATABASE_URL: 'postgres://somebody:a-password@127.0.0.1:1/none' }, 'DATABASE_URL'],
      [{ API_PORT: new URL(url).port }, 'API_PORT'],
    ] as const) {
      const { child, lines } = await start(environment);
      expect(child.exitCode ?? (await exitOf(child))).toBe(1);
      expect(JSON.parse(lines[0] ?? '{}').msg).toContain(hint);
      expect(lines.join('')).not.toContain('a-password');
    }
  });

  it('does not start on a schema older than it was written for', async () => {
    await database.db.raw('delete from knex_migrations where id = (select max(id) from knex_migrations)');
    const { child, lines } = await start({});
    expect(child.exitCode ?? (await exitOf(child))).toBe(1);
    expect(lines[0]).toContain('migrat');
  });
});
