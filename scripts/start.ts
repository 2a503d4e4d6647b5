/** `npm start`: the whole of Tollgate on this machine. docs/operations.md says what is where. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { awaitLeftovers } from './stack/leftovers.ts';
import { takeLock } from './stack/lock.ts';
import { defaultPorts, type Ports, reservePorts } from './stack/ports.ts';
import { ancestor, startTimeOf } from './stack/process-identity.ts';
import { createStack, type Stack } from './stack/stack.ts';
import { defaultStateFolder, readStackFile, type StackFile } from './stack/stack-file.ts';
import { summary } from './stack/summary.ts';

const stateFolder = path.resolve(process.env.TOLLGATE_STATE || defaultStateFolder);
const say = (line: string) => console.log(line);
// The terminal may go before we do.
process.stdout.on('error', () => {});

let stack: Stack | undefined;
// Held here for life: it would be released with its last reference.
let lock: ReturnType<typeof takeLock>;
let stopping = 0;

async function stop(reason: string, exitCode: number): Promise<void> {
  // One Ctrl-C can arrive twice: from the terminal, and passed on by npm.
  if (stopping && Date.now() - stopping < 1000) return;
  if (stopping) {
    say('Stopping at once.');
    // The guards stop what is left.
    process.exit(1);
  }
  stopping = Date.now();
  say(`\n${reason} Stopping everything (again to stop at once) …`);
  await stack?.stop();
  say('Everything is stopped; the data stays.');
  process.exit(exitCode);
}

function stopWhenAsked(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void stop(`${signal} received.`, 0));
  process.on('uncaughtException', (error) => void stop(`The supervisor failed: ${error.message}.`, 1));
  if (process.env.npm_lifecycle_event === 'start') stopWithNpm();
}

/** npm that is killed passes nothing on, and the shell between us stays: whoever started npm expects all to end. */
function stopWithNpm(): void {
  const npm = ancestor('npm');
  if (!npm) return;
  const startTime = startTimeOf(npm);
  const look = () => startTimeOf(npm) !== startTime && !stopping && void stop('npm is gone.', 1);
  setInterval(look, 1000).unref();
}

function preferredPorts(): Ports {
  const given = (name: string, otherwise: number) =>
    Number.parseInt(process.env[name] ?? '', 10) || otherwise;
  const { api, proxy } = defaultPorts;
  return { ...defaultPorts, api: given('API_PORT', api), proxy: given('PROXY_PORT', proxy) };
}

async function main(): Promise<StackFile> {
  mkdirSync(stateFolder, { recursive: true });
  lock = takeLock(stateFolder);
  if (!lock) {
    const running = readStackFile(stateFolder);
    const where = running ? ` (${running.addresses.console}, process ${running.pids.supervisor})` : '';
    throw new Error(`Tollgate already runs in this checkout${where}: use that one, or stop it first.`);
  }
  stopWhenAsked();
  await awaitLeftovers(stateFolder, say);
  const moved = (name: string, from: number, to: number) =>
    say(`Port ${from} is taken: ${name} moves to ${to}.`);
  const ports = () => reservePorts(preferredPorts(), moved);
  stack = createStack({ stateFolder, reservePorts: ports, given: process.env, say });
  return stack.start();
}

main().then(
  (file) => say(summary(file, stateFolder)),
  (error: Error) => {
    // The stop that somebody asked for is under way, and explains the failure.
    if (stopping) return;
    say(error.message);
    process.exit(1);
  },
);
