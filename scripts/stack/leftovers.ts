import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from './guarded-process.ts';
import { startTimeOf } from './process-identity.ts';
import { writePrivate } from './stack-file.ts';

interface Remembered {
  name: string;
  pid: number;
  /** Tells the process from a later one with the same pid. */
  startTime: string;
}

const GUARD_SECONDS = 3;
const STOP_SECONDS = 25;

/** Keeps on disk what runs, for the start after a SIGKILL. */
export function rememberProcesses(stateFolder: string, running: Map<string, GuardedProcess>): void {
  const list: Remembered[] = [...running].map(([name, { pid }]) => ({
    name,
    pid,
    startTime: startTimeOf(pid),
  }));
  writePrivate(path.join(stateFolder, 'pids.json'), list);
}

/**
 * After a SIGKILL of the supervisor its parts are still stopping, for a moment, and hold their ports and files.
 * Guards stop them; should the guards be gone as well, we do.
 */
export async function awaitLeftovers(stateFolder: string, say: (line: string) => void): Promise<void> {
  const started = Date.now();
  const seconds = () => (Date.now() - started) / 1000;
  let told = false;
  for (let left = leftovers(stateFolder); left.length > 0; left = left.filter(isAlive)) {
    if (!told && seconds() > 0.5) {
      say(`Waiting for the last start to end: ${left.map(({ name }) => name).join(', ')} …`);
      told = true;
    }
    if (seconds() > STOP_SECONDS) for (const { pid } of left) signal(pid, 'SIGKILL');
    else if (seconds() > GUARD_SECONDS)
      for (const { name, pid } of left) signal(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    await sleep(200);
  }
}

function leftovers(stateFolder: string): Remembered[] {
  try {
    const list: Remembered[] = JSON.parse(readFileSync(path.join(stateFolder, 'pids.json'), 'utf8'));
    return list.filter(isAlive);
  } catch {
    return [];
  }
}

function isAlive({ pid, startTime }: Remembered): boolean {
  return startTime !== '' && startTimeOf(pid) === startTime;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile.
  }
}
