import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { SystemUser } from './system-user.ts';

export interface GuardedProcessOptions {
  command: string;
  args: string[];
  /** Where its output goes. A file and not a pipe: it can still write while we are gone. */
  logFile: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  user?: SystemUser | undefined;
  stopSignal?: 'TERM' | 'INT';
  /** From the stop signal to SIGKILL. */
  graceSeconds?: number;
  /** A folder that goes away with the process, even when nobody of us is left to remove it. */
  removeAfterwards?: string | undefined;
}

export interface GuardedProcess {
  /** Of the command itself, not of its guard. */
  pid: number;
  guardPid: number;
  /** In words: "ended with code 1", "was killed by signal 9". */
  exited: Promise<string>;
  stop(): Promise<void>;
  kill(): void;
}

/**
 * The guard waits on a pipe that only we hold. However we end, SIGKILL included, the pipe closes and the guard
 * stops the command. It lives in a session of its own, so that Ctrl-C reaches our orderly stop and not the command.
 * Its closing `kill -9` is for a command that ignores the signal; the guard ends before that otherwise.
 */
const guard = `
exec 4<&0 </dev/null
signal=$1 grace=$2 remove=$3
shift 3
"$@" 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-
(
  while read -r _; do :; done <&4
  kill -s "$signal" "$child"
  while [ "$grace" -gt 0 ]; do sleep 1; grace=$((grace - 1)); done
  kill -9 "$child"
) >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill -9 "$watcher" 2>/dev/null
[ -z "$remove" ] || rm -rf "$remove"
exit "$code"
`;

/** Starts a command that cannot outlive this process. */
export async function startGuarded(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const { command, args, user, stopSignal = 'TERM', graceSeconds = 15, removeAfterwards = '' } = options;
  const log = openSync(options.logFile, 'a', 0o600);
  const shell = spawn(
    '/bin/sh',
    ['-c', guard, 'guard', stopSignal, String(graceSeconds), removeAfterwards, command, ...args],
    {
      cwd: options.cwd ?? '/',
      env: options.env ?? process.env,
      stdio: ['pipe', log, log, 'pipe'],
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  closeSync(log);
  shell.stdin?.on('error', () => {});
  const exited = exitOf(shell);
  const pid = await Promise.race([reportedPid(shell), exited]);
  if (typeof pid !== 'number') throw new Error(`${command} could not be started: it ${pid}.`);
  const guardPid = shell.pid ?? 0;
  return {
    pid,
    guardPid,
    exited: exited.then((how) => afterGuard(shell, how)),
    stop: async () => {
      shell.stdin?.end();
      await exited;
    },
    kill: () => signalIfAlive(pid, 'SIGKILL'),
  };
}

function exitOf(shell: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    shell.once('error', (error) => resolve(`failed: ${error.message}`));
    shell.once('exit', (code, signal) => {
      if (signal) resolve(`lost its guard (${signal})`);
      else resolve(code && code > 128 ? `was killed by signal ${code - 128}` : `ended with code ${code}`);
    });
  });
}

function reportedPid(shell: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const pipe = shell.stdio[3] as Duplex;
    let text = '';
    pipe.on('error', () => {});
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes('\n')) return;
      pipe.destroy();
      resolve(Number.parseInt(text, 10));
    });
  });
}

/** Somebody who kills the guard must not get an unguarded command: its session has no one else in it. */
function afterGuard(shell: ChildProcess, how: string): string {
  if (shell.signalCode && shell.pid) signalIfAlive(-shell.pid, 'SIGKILL');
  return how;
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
