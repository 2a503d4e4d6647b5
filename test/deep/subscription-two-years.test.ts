import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { drift } from '../support/subscriptions.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';
import { days, paidPlans, twoYears, wrongs, zones } from '../support/two-years.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const anchors = paidPlans.flatMap((planId) =>
  days.flatMap((day) => zones.map((timeZone) => ({ planId, day, timeZone }))),
);

it('two years of every plan, from each late day of January in each zone, have 25 periods and lose no credit', async () => {
  const limit = pLimit(10);
  const found = await Promise.all(
    anchors.map((anchor) =>
      limit(async () => {
        const list = await wrongs(stack, await twoYears(stack, anchor), anchor);
        return list.map((what) => `${JSON.stringify(anchor)}: ${what}`);
      }),
    ),
  );
  expect(found.flat()).toEqual([]);
  expect(await drift(stack.database.db)).toEqual([]);
}, 900_000);
