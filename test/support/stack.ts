import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reserveAnyPorts } from '../../scripts/stack/ports.ts';
import { isRunning } from '../../scripts/stack/process-identity.ts';
import { createStack } from '../../scripts/stack/stack.ts';
import type { StackFile } from '../../scripts/stack/stack-file.ts';

export type PartName = 'postgres' | 'temporal' | 'stripeSimulator' | 'upstream' | 'api' | 'worker' | 'proxy';

export interface TestStack {
  /** Addresses, demo logins, secrets and the pids of this moment, as in stack.json. */
  file(): StackFile;
  stateFolder: string;
  /** What the supervisor said so far. */
  said: string[];
  /** SIGKILL. The supervisor starts the part again, as it does for everybody. */
  kill(part: PartName): void;
  /** Resolves when a killed part runs again. */
  restarted(part: PartName, oldPid: number): Promise<void>;
  stop(): Promise<void>;
}

/** What would take the test to servers of the person who runs it. */
const replaced = {
  DATABASE_URL: '',
  TEMPORAL_ADDRESS: '',
  PUBLIC_URL: '',
  STRIPE_SECRET_KEY: '',
  LOG_LEVEL: 'info',
};

const PREFIX = 'tollgate-test-stack-';

/**
 * The whole of `npm start` on ports and data of its own: for tests that need real processes, or that kill some.
 * Takes about ten seconds; give `beforeAll` a minute. `given` is the environment that a user would set.
 */
export async function testStack(given: NodeJS.ProcessEnv = {}): Promise<TestStack> {
  removeAbandoned();
  const stateFolder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  const said: string[] = [];
  const stack = createStack({
    stateFolder,
    reservePorts: reserveAnyPorts,
    given: { ...process.env, ...replaced, ...given },
    say: (line) => void said.push(line),
  });
  await stack.start();
  const file = () => {
    const current = stack.file();
    if (!current) throw new Error('The stack did not start.');
    return current;
  };
  const pidOf = (part: PartName) => file().pids[part] ?? 0;
  return {
    file,
    stateFolder,
    said,
    kill: (part) => void process.kill(pidOf(part), 'SIGKILL'),
    restarted: async (part, oldPid) => {
      for (const end = Date.now() + 60_000; pidOf(part) === oldPid; await sleep(50))
        if (Date.now() > end) throw new Error(`${part} did not come back: ${said.slice(-5).join(' | ')}`);
    },
    stop: async () => {
      await stack.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}

/** Of test runs that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!isRunning(pid)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}
