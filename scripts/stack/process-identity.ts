import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Whether that pid runs, and, when a name is given, runs a command of that name. */
export function isRunning(pid: number, commandName?: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return commandName === undefined || commandOf(pid).includes(commandName);
}

function commandOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) return readOrEmpty(`/proc/${pid}/cmdline`);
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

/** A pid alone can be reused; a pid with its start time cannot. Empty when the process is gone. */
export function startTimeOf(pid: number): string {
  if (existsSync('/proc/self/stat')) {
    // The command in parentheses may hold spaces: fields are counted after it. Field 3 is the state, 22 the start time.
    const fields = readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    // Ended, and its parent has not asked: the init of many containers never does.
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  }
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

/** The nearest ancestor of ours whose command has that word. */
export function ancestor(word: string): number | undefined {
  for (let pid = process.ppid; pid > 1; pid = parentOf(pid)) if (commandOf(pid).includes(word)) return pid;
  return undefined;
}

function parentOf(pid: number): number {
  const status = existsSync('/proc/self/status')
    ? /^PPid:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1]
    : spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  return Number.parseInt(status ?? '', 10) || 0;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
