import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TestTemporal, testTemporal } from './temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await testTemporal();
});
afterAll(() => temporal.close());

it('gives a namespace whose workflows can be found by search attribute at once', async () => {
  const { client } = temporal;
  await client.workflow.start('anything', {
    workflowId: 'one',
    taskQueue: 'nobody-listens',
    searchAttributes: { AccountId: ['someone'], AmountCents: [2000] },
  });
  const found: string[] = [];
  for (let tries = 0; tries < 50 && found.length === 0; tries++) {
    for await (const { workflowId } of client.workflow.list({
      query: "AccountId = 'someone' and AmountCents = 2000",
    }))
      found.push(workflowId);
  }
  expect(found).toEqual(['one']);
});
