import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTimeOf } from '../../scripts/stack/process-identity.ts';
import { checkoutFolder, readStackFile, type StackFile } from '../../scripts/stack/stack-file.ts';

interface Started {
  process: ChildProcess;
  output(): string;
  /** The exit code, or null after a signal. */
  ended: Promise<number | null>;
}

let stateFolder: string;
let running: Started[] = [];
beforeAll(() => {
  stateFolder = mkdtempSync(path.join(tmpdir(), 'tollgate-npm-start-'));
});
afterEach(async () => {
  for (const { process: child } of running) child.kill('SIGINT');
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
});
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

function start(given: NodeJS.ProcessEnv = {}): Started {
  const { DATABASE_URL: _, TEMPORAL_ADDRESS: __, npm_lifecycle_event: ___, ...environment } = process.env;
  const child = spawn(process.execPath, [path.join(checkoutFolder, 'scripts/start.ts')], {
    env: { ...environment, TOLLGATE_STATE: stateFolder, ...given },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const started = { process: child, output: () => output, ended };
  running.push(started);
  return started;
}

async function startedStack(given?: NodeJS.ProcessEnv): Promise<Started & { file: StackFile }> {
  const started = start(given);
  while (!started.output().includes('Tollgate is running.')) {
    if (started.process.exitCode !== null) throw new Error(started.output());
    await sleep(100);
  }
  const file = readStackFile(stateFolder);
  if (!file) throw new Error('There is no stack.json.');
  return { ...started, file };
}

const identities = ({ pids }: StackFile) =>
  Object.values(pids).map((pid) => ({ pid, since: startTimeOf(pid) }));

async function whatRemains(processes: { pid: number; since: string }[]): Promise<number[]> {
  const alive = () => processes.filter(({ pid, since }) => since && startTimeOf(pid) === since);
  for (let tries = 0; tries < 200 && alive().length > 0; tries++) await sleep(100);
  return alive().map(({ pid }) => pid);
}

describe('npm start', () => {
  it('starts every part, names them in a file for its owner only, and ends them all on Ctrl-C', async () => {
    const stack = await startedStack();
    const { addresses, demo } = stack.file;
    expect(statSync(path.join(stateFolder, 'stack.json')).mode & 0o777).toBe(0o600);
    const pages = [
      addresses.console,
      `${addresses.api}/readyz`,
      `${addresses.proxy}/readyz`,
      addresses.temporalUi ?? '',
    ];
    for (const page of pages)
      expect({ page, status: (await fetch(page)).status }).toEqual({ page, status: 200 });
    const models = await fetch(`${addresses.proxy}/v1/models`, {
      headers: { authorization: `Bearer ${demo.apiKey}` },
    });
    expect(models.status).toBe(200);

    const processes = identities(stack.file);
    expect(processes).toHaveLength(8);
    stack.process.kill('SIGINT');
    expect(await stack.ended).toBe(0);
    expect(await whatRemains(processes)).toEqual([]);
    expect(readStackFile(stateFolder)).toBeUndefined();
  });

  it('leaves no process after SIGKILL, and the next start has the same data', async () => {
    const killed = await startedStack();
    const processes = identities(killed.file);
    killed.process.kill('SIGKILL');
    await killed.ended;
    // At once: the parts of the killed one are still stopping.
    const next = await startedStack();
    expect(await whatRemains(processes)).toEqual([]);
    expect(next.file.demo).toEqual(killed.file.demo);
    expect(next.file.addresses).toEqual(killed.file.addresses);
  });

  it('says in one sentence that it runs already, and leaves the running one alone', async () => {
    const first = await startedStack();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output().trim().split('\n')).toHaveLength(1);
    expect(second.output()).toContain('already runs in this checkout');
    expect((await fetch(`${first.file.addresses.api}/readyz`)).status).toBe(200);
  });

  it('moves on when a port is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const stack = await startedStack({ API_PORT: String(port) });
    taken.close();
    expect(stack.output()).toContain(`Port ${port} is taken: api moves to `);
    expect(stack.file.addresses.api).not.toContain(`:${port}`);
    expect((await fetch(`${stack.file.addresses.api}/readyz`)).status).toBe(200);
  });

  it.each([
    [
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      /^Temporal at TEMPORAL_ADDRESS \(127\.0\.0\.1:1, namespace default\) cannot be used: /m,
    ],
    [
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      /^The database's schema could not be brought up to date: /m,
    ],
    [{ TEMPORAL_CLI: '/no/such/temporal' }, /^TEMPORAL_CLI does not name a Temporal CLI that runs here: /m],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  ])('fails with one sentence and leaves nothing behind: %o', async (given, sentence) => {
    const failed = start(given);
    expect(await failed.ended).toBe(1);
    expect(failed.output()).toMatch(sentence);
    expect(failed.output()).not.toMatch(/^\s+at /m);
  });
});
