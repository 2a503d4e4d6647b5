import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { runSweeps } from './sweeps.ts';

const logger = pino({ level: 'silent' });

it('sweeps again and again, also after a pass that failed, until it is told to stop', async () => {
  let passes = 0;
  const stopping = new AbortController();
  const run = async () => {
    passes += 1;
    if (passes === 1) throw new Error('the database was away');
    if (passes === 3) stopping.abort();
  };
  await runSweeps([{ name: 'sweep', everyMs: 1, run }], stopping.signal, logger);
  expect(passes).toBe(3);
});

it('stops at once, however long its pause is', async () => {
  const stopping = new AbortController();
  const sweeping = runSweeps(
    [{ name: 'slow', everyMs: 3_600_000, run: async () => {} }],
    stopping.signal,
    logger,
  );
  await sleep(10);
  stopping.abort();
  await expect(sweeping).resolves.toBeUndefined();
});
