import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allAre, pass, renewals, startRuns, subscribers } from '../support/due-plans.ts';
import { moneyIn } from '../support/sandbox.ts';
import { drift } from '../support/subscriptions.ts';
import { startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

const COUNT = 12;

let stack: TopUpStack;
let accounts: string[];
beforeAll(async () => {
  stack = await startTopUpStack();
  accounts = await subscribers(stack, COUNT);
}, 180_000);
afterAll(() => stack.stop(), 60_000);

async function finished(count: number): Promise<number[]> {
  const runs = await startRuns(stack.temporal.client, count);
  const results = await Promise.all(runs.map((run) => run.result()));
  return results.map(({ woken }: { woken: number }) => woken);
}

async function isExactly(index: number): Promise<void> {
  const { db } = stack.database;
  const list = await until(
    () => renewals(db, accounts),
    (all) => allAre(index, all, COUNT),
    60_000,
  );
  expect(list.map(({ charges, granted }) => [charges, granted])).toEqual(
    Array.from({ length: COUNT }, () => [index, index + 1]),
  );
  const { takenNanos, bookedNanos } = await moneyIn(stack, stripeKey);
  expect(bookedNanos).toBe(takenNanos);
  expect(await drift(db)).toEqual([]);
}

it('five billing runs at once charge and grant each period once', async () => {
  expect(await finished(1)).toEqual([0]);
  await pass(stack.database.db, accounts, 31.5);
  await finished(5);
  await isExactly(1);
}, 120_000);

it('runs that come twice a minute find nothing more to do', async () => {
  for (let minute = 0; minute < 3; minute++) await finished(2);
  await isExactly(1);
  expect(await finished(1)).toEqual([0]);
}, 120_000);

it('after a week without workers each period is charged and granted once, by whichever run comes first', async () => {
  await stack.worker.stop();
  await pass(stack.database.db, accounts, 31 + 7);
  const runs = await startRuns(stack.temporal.client, 5);
  await stack.restartWorker();
  await Promise.all(runs.map((run) => run.result()));
  await isExactly(2);
}, 120_000);
