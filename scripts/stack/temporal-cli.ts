import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { userCacheFolder } from './folders.ts';

type Say = (line: string) => void;

const moduleFolder = path.join(import.meta.dirname, '..', 'temporal-cli');
const DOWNLOAD_SECONDS = 180;

/**
 * The Temporal CLI: named by TEMPORAL_CLI, on the PATH, kept from last time, downloaded by Temporal's SDK, or built
 * from its pinned Go module, in this order. What was downloaded or built is kept for all checkouts of this user.
 */
export async function findTemporalCli(say: Say): Promise<string> {
  const named = process.env.TEMPORAL_CLI;
  if (named) {
    if (works(named)) return named;
    throw new Error('TEMPORAL_CLI does not name a Temporal CLI that runs here: correct it, or unset it.');
  }
  if (works('temporal')) return 'temporal';
  const version = pinnedVersion();
  const kept = path.join(userCacheFolder(), `temporal-${version}`, 'temporal');
  if (works(kept)) return kept;
  mkdirSync(path.dirname(kept), { recursive: true });
  if (await download(version, kept, say)) return kept;
  if (await build(kept, say)) return kept;
  throw new Error(
    'Temporal is not available: it could not be downloaded, and building it needs Go 1.26. ' +
      'Install the Temporal CLI or Go, or set TEMPORAL_ADDRESS to a server that runs.',
  );
}

/** `development servers` of other majors differ in flags: only a CLI that has ours counts. */
function works(command: string): boolean {
  return spawnSync(command, ['server', 'start-dev', '--help'], { stdio: 'ignore' }).status === 0;
}

function pinnedVersion(): string {
  const mod = readFileSync(path.join(moduleFolder, 'go.mod'), 'utf8');
  const version = /require github\.com\/temporalio\/cli (v[\d.]+)/.exec(mod)?.[1];
  if (!version)
    throw new Error('scripts/temporal-cli/go.mod does not name the version of github.com/temporalio/cli.');
  return version;
}

/** The SDK has no "download only": it starts what it downloaded, once, and we keep the file. */
async function download(version: string, target: string, say: Say): Promise<boolean> {
  if (!(await downloadsReachable())) return false;
  say(`Downloading the Temporal development server ${version} (about 60 MB, once) …`);
  const downloadDir = `${target}.download-${process.pid}`;
  mkdirSync(downloadDir, { recursive: true });
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const started = TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', version, downloadDir } },
    });
    const environment = await Promise.race([
      started,
      sleep(DOWNLOAD_SECONDS * 1000, undefined, { ref: false }),
    ]);
    await environment?.teardown();
    const file = readdirSync(downloadDir).find((name) => /^temporal-.*\d$/.test(name));
    if (!file) return false;
    chmodSync(path.join(downloadDir, file), 0o755);
    renameSync(path.join(downloadDir, file), target);
    return works(target);
  } catch (error) {
    say(`The download failed (${(error as Error).message.split('\n')[0]}).`);
    return false;
  } finally {
    rmSync(downloadDir, { recursive: true, force: true });
  }
}

/** The SDK tries for minutes where the network swallows packets: ask first. */
async function downloadsReachable(): Promise<boolean> {
  try {
    await fetch('https://temporal.download/', { method: 'HEAD', signal: AbortSignal.timeout(4000) });
    return true;
  } catch {
    return false;
  }
}

async function build(target: string, say: Say): Promise<boolean> {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) return false;
  say('Building the Temporal development server with Go: about 3 minutes on 2 cores, once for this user …');
  const made = `${target}.build-${process.pid}`;
  const started = Date.now();
  const ticker = setInterval(() => say(`  still building, ${elapsed(started)} …`), 20_000);
  const go = spawn('go', ['build', '-trimpath', '-o', made, 'github.com/temporalio/cli/cmd/temporal'], {
    cwd: moduleFolder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  go.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk).slice(-2000);
  });
  const stopBuild = () => go.kill();
  process.once('exit', stopBuild);
  const code = await new Promise<number | null>((resolve) => {
    go.once('error', () => resolve(null));
    go.once('close', resolve);
  });
  clearInterval(ticker);
  process.removeListener('exit', stopBuild);
  if (code !== 0 || !existsSync(made)) {
    say(`Go could not build it: ${errors.trim().split('\n').at(-1) ?? 'no reason given'}`);
    return false;
  }
  renameSync(made, target);
  say(`Built in ${elapsed(started)}.`);
  return works(target);
}

const elapsed = (since: number) => `${Math.round((Date.now() - since) / 1000)} s`;
