import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildConsole } from './console-build.ts';
import { type Crew, gatherCrew } from './crew.ts';
import { seedDemo } from './demo.ts';
import { local, type Surroundings, usesStripeSimulator } from './environment.ts';
import { launchParts, launchPostgres, launchSimulators, launchTemporal } from './launch.ts';
import { type LogKeeper, logKeeper } from './log.ts';
import type { Ports, ReservedPorts } from './ports.ts';
import { loadSecrets, type StackSecrets } from './secrets.ts';
import { removeStackFile, type StackFile, writeStackFile } from './stack-file.ts';
import { findTemporalCli } from './temporal-cli.ts';

export interface StackOptions {
  stateFolder: string;
  /** Asked once everything slow is done. */
  reservePorts(): Promise<ReservedPorts>;
  /** The caller's own settings, as in config/config.ts; DATABASE_URL and TEMPORAL_ADDRESS replace our servers. */
  given: NodeJS.ProcessEnv;
  say(line: string): void;
}

/** What the steps of a start share. */
export interface Launch extends StackOptions {
  ports: Ports;
  releasePort(name: keyof Ports): Promise<void>;
  secrets: StackSecrets;
  crew: Crew;
  logs: LogKeeper;
}

export interface Stack {
  /** Starts everything that is not there, in the order of need. When a part does not start, nothing stays. */
  start(): Promise<StackFile>;
  /** As in stack.json now: pids change when parts are restarted. */
  file(): StackFile | undefined;
  stop(): Promise<void>;
}

/** Callers first, so that no part loses the one it needs while it works. */
const stopOrder = [['proxy', 'api', 'worker'], ['stripeSimulator', 'upstream'], ['temporal'], ['postgres']];

export function createStack(options: StackOptions): Stack {
  const { stateFolder, say } = options;
  // A variable set to nothing is one that is not set.
  const given = Object.fromEntries(Object.entries(options.given).filter(([, value]) => value));
  // Others may pass through to Postgres's folder, not look around.
  mkdirSync(path.join(stateFolder, 'logs'), { recursive: true, mode: 0o700 });
  chmodSync(stateFolder, 0o711);
  removeStackFile(stateFolder);

  let content: Omit<StackFile, 'pids'> | undefined;
  const file = () => content && { ...content, pids: { supervisor: process.pid, ...crew.pids() } };
  const save = () => {
    const current = file();
    if (current) writeStackFile(stateFolder, current);
  };
  const crew = gatherCrew(stateFolder, say, save);
  const logs = logKeeper(path.join(stateFolder, 'logs'), say);
  const stop = async () => {
    await crew.stop(stopOrder);
    content = undefined;
    removeStackFile(stateFolder);
    logs.end();
  };
  const start = async () => {
    try {
      content = await launchAll({ ...options, given, secrets: loadSecrets(stateFolder), crew, logs });
      save();
      return { ...content, pids: { supervisor: process.pid, ...crew.pids() } };
    } catch (error) {
      await stop();
      throw error;
    }
  };
  return { start, file, stop };
}

type Prepared = Omit<Launch, 'ports' | 'releasePort'>;

async function launchAll(prepared: Prepared): Promise<Omit<StackFile, 'pids'>> {
  const { given, say } = prepared;
  const [temporalCli, consoleFolder] = await Promise.all([
    given.TEMPORAL_ADDRESS ? undefined : findTemporalCli(say),
    given.CONSOLE_DIR ?? buildConsole(say),
  ]);
  const { numbers: ports, release: releasePort, releaseAll } = await prepared.reservePorts();
  const launch: Launch = { ...prepared, ports, releasePort };
  try {
    const [databaseUrl, temporal] = await allOrFirstError([
      launchPostgres(launch),
      launchTemporal(launch, temporalCli),
      launchSimulators(launch),
    ]);
    const surroundings = { ...launch, databaseUrl, temporal, consoleFolder };
    const demo = await seedDemo(surroundings);
    await launchParts(surroundings);
    return describe(surroundings, demo);
  } finally {
    await releaseAll();
  }
}

function describe(launched: Launch & Surroundings, demo: StackFile['demo']): Omit<StackFile, 'pids'> {
  const { ports, given, secrets, temporal } = launched;
  const simulated = usesStripeSimulator(given);
  return {
    addresses: {
      api: local(ports.api),
      console: `${given.PUBLIC_URL ?? local(ports.api)}/console`,
      proxy: local(ports.proxy),
      temporal: temporal.address,
      ...(temporal.uiUrl && { temporalUi: temporal.uiUrl }),
      ...(simulated && { stripeSimulator: local(ports.stripeSimulator) }),
      upstream: local(ports.upstream),
      postgres: launched.databaseUrl,
    },
    demo,
    secrets: {
      billingToken: given.BILLING_TOKEN ?? secrets.billingToken,
      ...(simulated && {
        stripeWebhookSecret: secrets.stripeWebhookSecret,
        stripeSecretKey: secrets.stripeSecretKey,
      }),
    },
  };
}

/** Waits for all before it fails: what is still starting has to be known to be stopped. */
async function allOrFirstError<T extends readonly unknown[]>(
  tasks: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}
