import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { GuardedProcess } from './guarded-process.ts';
import { awaitLeftovers, rememberProcesses } from './leftovers.ts';
import { startTimeOf } from './process-identity.ts';

let stateFolder: string;
beforeEach(() => {
  stateFolder = mkdtempSync(path.join(tmpdir(), 'tollgate-leftovers-'));
});
afterEach(() => rmSync(stateFolder, { recursive: true, force: true }));

const remember = (pid: number) =>
  rememberProcesses(stateFolder, new Map([['api', { pid } as GuardedProcess]]));

it('waits for a process of the last start that is still ending', async () => {
  const ending = spawn('sleep', ['1']);
  remember(ending.pid ?? 0);
  await awaitLeftovers(stateFolder, () => {});
  expect(startTimeOf(ending.pid ?? 0)).toBe('');
});

it('stops a process that nobody else stops', async () => {
  const stuck = spawn('sleep', ['60']);
  const ended = once(stuck, 'exit');
  remember(stuck.pid ?? 0);
  const said: string[] = [];
  await awaitLeftovers(stateFolder, (line) => said.push(line));
  expect((await ended)[1]).toBe('SIGTERM');
  expect(said).toEqual(['Waiting for the last start to end: api …']);
});

it('leaves alone who has the same pid by chance', async () => {
  const other = spawn('sleep', ['60']);
  remember(other.pid ?? 0);
  const file = path.join(stateFolder, 'pids.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"startTime": "[^"]*"/, '"startTime": "1"'));
  await awaitLeftovers(stateFolder, () => {});
  expect(startTimeOf(other.pid ?? 0)).not.toBe('');
  other.kill();
});

it('does not wait for a process that has ended and that its parent forgot', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(parent.stdout, 'data');
  const zombie = Number.parseInt(String(line), 10);
  remember(zombie);
  await sleep(500);
  const started = Date.now();
  await awaitLeftovers(stateFolder, () => {});
  expect(Date.now() - started).toBeLessThan(1000);
  parent.kill();
});
