import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkoutFolder, defaultStateFolder } from './stack-file.ts';

/** What goes into the console's files. */
const sources = ['console', 'api/schemas', 'package-lock.json'];

/**
 * Builds the console when its sources changed since last time. Returns the folder that the api serves. It depends on
 * the checkout alone, so all stacks of a checkout share it.
 */
export async function buildConsole(say: (line: string) => void): Promise<string> {
  const target = path.join(defaultStateFolder, 'console');
  const stamp = `${target}.built-from`;
  const hash = hashOf(sources.map((source) => path.join(checkoutFolder, source)));
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return target;

  say('Building the console …');
  const made = `${target}.new-${process.pid}`;
  const { ok, output } = await vite(made);
  if (!ok) throw new Error(`The console could not be built. Vite says:\n${output.trim()}`);
  rmSync(stamp, { force: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(made, target);
  writeFileSync(stamp, hash);
  return target;
}

function vite(outDir: string): Promise<{ ok: boolean; output: string }> {
  const entry = path.join(checkoutFolder, 'node_modules/vite/bin/vite.js');
  // The default loader writes into node_modules, which may be somebody else's.
  const args = [
    entry,
    'build',
    'console',
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'error',
    '--configLoader',
    'native',
  ];
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, {
    cwd: checkoutFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const stop = () => child.kill();
  process.once('exit', stop);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-4000);
    });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => {
      process.removeListener('exit', stop);
      resolve({ ok: code === 0, output });
    });
  });
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder).sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function filesUnder(start: string): string[] {
  if (!statSync(start, { throwIfNoEntry: false })?.isDirectory()) return [start];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
