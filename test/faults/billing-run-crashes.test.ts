import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connect, type Db } from '../../db/connection.ts';
import { stripeControl } from '../../simulators/stripe/control/client.ts';
import { allAre, pass, renewals, startRuns, subscribers } from '../support/due-plans.ts';
import { type TestStack, testStack } from '../support/stack.ts';
import { drift } from '../support/subscriptions.ts';
import { until } from '../support/until.ts';

const COUNT = 40;
const MONTHS = 2;

let stack: TestStack;
let db: Db;
let connection: Connection;
beforeAll(async () => {
  stack = await testStack();
  const { postgres, temporal } = stack.file().addresses;
  db = connect({ url: postgres, poolMax: 10 });
  connection = await Connection.connect({ address: temporal });
}, 180_000);
afterAll(async () => {
  await connection.close();
  await db.destroy();
  await stack.stop();
}, 60_000);

it('each due period is charged and granted once, although the worker is killed every few seconds', async () => {
  const client = new Client({ connection });
  const control = stripeControl(stack.file().addresses.stripeSimulator ?? '');
  const parts = { database: { db }, temporal: { client }, simulator: { control } } as never;
  const accounts = await subscribers(parts, COUNT);
  for (let index = 1; index <= MONTHS; index++) {
    await pass(db, accounts, 31.5);
    await startRuns(client, 5);
    const killing = new AbortController();
    const killer = killEveryFewSeconds(killing.signal);
    await sleep(12_000);
    await startRuns(client, 5);
    await sleep(6_000);
    killing.abort();
    await killer;
    const list = await until(
      () => renewals(db, accounts),
      (all) => allAre(index, all, COUNT),
      150_000,
    );
    expect(list.filter(({ charges, granted }) => charges !== index || granted !== index + 1)).toEqual([]);
  }
  const taken = await control.events('charge.succeeded');
  // One for each purchase and each renewal.
  expect(taken).toHaveLength(COUNT * (1 + MONTHS));
  expect(await drift(db)).toEqual([]);
}, 600_000);

async function killEveryFewSeconds(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await sleep(1_500 + Math.random() * 2_000);
    const oldPid = stack.file().pids.worker ?? 0;
    stack.kill('worker');
    await stack.restarted('worker', oldPid);
  }
}
