import { expect, it } from '@jest/globals';
import type { GuardedProcess } from './guarded-process.ts';
import { keepRunning } from './service.ts';

/** A process without a process: ends when told to. */
function fakeProcess(pid: number) {
  const ended = Promise.withResolvers<string>();
  const process: GuardedProcess = {
    pid,
    guardPid: pid,
    exited: ended.promise,
    stop: async () => ended.resolve('ended with code 0'),
    kill: () => ended.resolve('was killed by signal 9'),
  };
  return process;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('starts a part again when it dies, again when that fails, and says so', async () => {
  const said: string[] = [];
  const started: GuardedProcess[] = [];
  let tries = 0;
  const service = await keepRunning({
    title: 'The api',
    start: async () => {
      tries += 1;
      if (tries === 2) throw new Error('The api did not start.');
      return fakeProcess(tries);
    },
    say: (line) => said.push(line),
    onStarted: (process) => started.push(process),
  });
  started[0]?.kill();
  await until(() => started.length === 2);
  expect(said).toEqual([
    'The api was killed by signal 9: it is started again.',
    'The api did not start. Trying again.',
    'The api runs again (pid 3).',
  ]);
  await service.stop();
  expect(tries).toBe(3);
});

it('starts nothing again once it was stopped, not even what is just starting', async () => {
  const gate = Promise.withResolvers<void>();
  const started: GuardedProcess[] = [];
  let ended = 0;
  const service = await keepRunning({
    title: 'The worker',
    start: async () => {
      if (started.length > 0) await gate.promise;
      const process = fakeProcess(started.length + 1);
      void process.exited.then(() => {
        ended += 1;
      });
      return process;
    },
    say: () => {},
    onStarted: (process) => started.push(process),
  });
  started[0]?.kill();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const stopped = service.stop();
  gate.resolve();
  await stopped;
  expect(ended).toBe(started.length);
});

it('fails when the first start fails', async () => {
  const start = () => Promise.reject(new Error('The proxy did not start.'));
  await expect(
    keepRunning({ title: 'The proxy', start, say: () => {}, onStarted: () => {} }),
  ).rejects.toThrow('The proxy did not start.');
});
