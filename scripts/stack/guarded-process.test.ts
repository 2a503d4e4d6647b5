import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startGuarded } from './guarded-process.ts';
import { startTimeOf } from './process-identity.ts';

let folder: string;
let logFile: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tollgate-guard-'));
  logFile = path.join(folder, 'log');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shell = (script: string, options = {}) =>
  startGuarded({ command: '/bin/sh', args: ['-c', script], logFile, ...options });

async function isGone(pid: number, startTime: string): Promise<boolean> {
  for (let tries = 0; tries < 100 && startTimeOf(pid) === startTime; tries++) await sleep(50);
  return startTimeOf(pid) !== startTime;
}

async function written(text: string): Promise<void> {
  while (!readFileSync(logFile, 'utf8').includes(text)) await sleep(20);
}

it('says how a command ended, and keeps what it wrote', async () => {
  const ended = await shell('echo written; exit 3');
  expect(await ended.exited).toBe('ended with code 3');
  expect(readFileSync(logFile, 'utf8')).toContain('written');
  const killed = await shell('exec sleep 60');
  killed.kill();
  expect(await killed.exited).toBe('was killed by signal 9');
});

it('asks a command to stop, then insists', async () => {
  const polite = await shell('trap "exit 7" TERM; echo polite; while :; do sleep 0.05; done');
  await written('polite');
  await polite.stop();
  expect(await polite.exited).toBe('ended with code 7');
  const deaf = await shell('trap "" TERM; echo deaf; while :; do sleep 0.05; done', { graceSeconds: 1 });
  await written('deaf');
  await deaf.stop();
  expect(await deaf.exited).toBe('was killed by signal 9');
});

it('leaves no command behind when whoever started it is killed', async () => {
  const module = path.join(import.meta.dirname, 'guarded-process.ts');
  const script = `import { startGuarded } from ${JSON.stringify(module)};
    const { pid } = await startGuarded({ command: 'sleep', args: ['60'], logFile: ${JSON.stringify(logFile)} });
    console.log(pid); setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    starter.stdout.once('data', (line: Buffer) => resolve(Number.parseInt(line.toString(), 10))),
  );
  const startTime = startTimeOf(pid);
  expect(startTime).not.toBe('');
  starter.kill('SIGKILL');
  expect(await isGone(pid, startTime)).toBe(true);
});

it('leaves no command behind when its guard is killed', async () => {
  const guarded = await shell('exec sleep 60');
  const startTime = startTimeOf(guarded.pid);
  process.kill(guarded.guardPid, 'SIGKILL');
  expect(await guarded.exited).toContain('lost its guard');
  expect(await isGone(guarded.pid, startTime)).toBe(true);
});

it('removes the folder of a temporary command after its end', async () => {
  const temporary = path.join(folder, 'temporary');
  mkdirSync(temporary);
  const guarded = await shell('exec sleep 60', { removeAfterwards: temporary });
  expect(existsSync(temporary)).toBe(true);
  await guarded.stop();
  expect(existsSync(temporary)).toBe(false);
});

it('says in one sentence that a command does not exist', async () => {
  const missing = await startGuarded({ command: 'no-such-command', args: [], logFile });
  expect(await missing.exited).toBe('ended with code 127');
});
