import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { drift } from '../support/subscriptions.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';
import { days, paidPlans, twoYears, wrongs, zones } from '../support/two-years.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

// Each plan, each day and each zone; test/deep has all sixty.
const anchors = paidPlans.map((planId, index) => ({
  planId,
  day: days[(index + 1) % days.length] ?? 31,
  timeZone: zones[index % zones.length] ?? 'UTC',
}));

it('two years of every plan have 25 periods on the right days, whatever the zone, and lose no credit', async () => {
  const accounts = await Promise.all(anchors.map((anchor) => twoYears(stack, anchor)));
  const found = await Promise.all(
    accounts.map((account, index) => wrongs(stack, account, anchors[index] as never)),
  );
  expect(
    found.flatMap((list, index) => list.map((what) => `${JSON.stringify(anchors[index])}: ${what}`)),
  ).toEqual([]);
  expect(await drift(stack.database.db)).toEqual([]);
}, 240_000);
