import { afterAll, beforeAll, it } from '@jest/globals';
import { anyOrdering } from '../support/orderings.ts';
import { startTopUpStack, type TopUpStack } from '../support/top-ups.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

it('any order of what can happen to a plan leaves one plan, one grant a month and a clean ledger', async () => {
  await anyOrdering(stack, { runs: 4, together: 4 });
}, 180_000);
