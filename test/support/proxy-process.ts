import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { leanProcess } from '../../proxy/lean-process.ts';
import { testEncryptionKey } from './proxy.ts';
import { until } from './until.ts';

const root = path.join(import.meta.dirname, '..', '..');

export interface ProxyProcess {
  url: string;
  child: ChildProcess;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** The real process, as `npm start` runs it. `port` 0: a free one. */
export async function startProxyProcess(
  databaseUrl: string,
  port = 0,
  settings: Record<string, string> = {},
): Promise<ProxyProcess> {
  const child = spawn(process.execPath, ['proxy/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...leanProcess(path.join(tmpdir(), 'tollgate-test-compiled')),
      DATABASE_URL: databaseUrl,
      PROXY_PORT: String(port),
      AUTH_SECRET: 'x'.repeat(32),
      ENCRYPTION_KEY: testEncryptionKey,
      CALL_MAX_SECONDS: '30',
      PROXY_PROCESSES: '1',
      ...settings,
    },
  });
  const url = await addressOf(child);
  await allServe(url);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return {
    url,
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    terminate: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

/** Waits until as many processes answer as there should be. */
export async function allServe(url: string): Promise<void> {
  await until(
    async () => {
      // A connection of its own: one that is kept alive stays with its process.
      const response = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).catch(
        () => undefined,
      );
      return (await response?.json()) as any;
    },
    (body) => body?.status === 'ready' && body.processes.serving === body.processes.wanted,
    30_000,
  );
}

/** The line that it prints when it listens. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('The proxy has no output');
  for await (const line of createInterface(stdout)) {
    const { msg, url } = JSON.parse(line);
    if (msg !== 'Listening') continue;
    // Somebody has to read on, or the process stops at a full pipe.
    stdout.resume();
    return url;
  }
  throw new Error('The proxy ended before it listened');
}
