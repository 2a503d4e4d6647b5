import { statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { linesSince, reasonIn } from './log.ts';
import { requireFree } from './ports.ts';
import { checkoutFolder } from './stack-file.ts';

export interface PartOptions {
  /** As people read it: "the api". */
  title: string;
  /** The file that Node runs, from the checkout's root. */
  entry: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Ready when it listens there; without one, when it logs that it is running. */
  port?: number;
}

const READY_SECONDS = 60;

/** Starts one of our own processes and waits until it is ready. */
export async function startPart(options: PartOptions): Promise<GuardedProcess> {
  const { title, entry, env, logFile, port } = options;
  if (port !== undefined) await requireFree(port, title);
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const part = await startGuarded({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', path.join(checkoutFolder, entry)],
    cwd: checkoutFolder,
    env,
    logFile,
  });
  let gone: string | undefined;
  void part.exited.then((how) => {
    gone = how;
  });
  for (const end = Date.now() + READY_SECONDS * 1000; Date.now() < end && !gone; await sleep(50)) {
    if (
      port === undefined
        ? /"msg":"[^"]*running/.test(linesSince(logFile, logStart).join('\n'))
        : await listens(port)
    )
      return part;
  }
  if (!gone) await part.stop();
  const reason = reasonIn(linesSince(logFile, logStart));
  const how = gone ?? `was not ready after ${READY_SECONDS} seconds`;
  throw new Error(`${title} did not start: it ${how}${reason ? ` (${reason})` : ''}. More is in ${logFile}.`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.setTimeout(1000, () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
