import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sealUpstreamKey } from '../../providers/upstream-key.ts';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { startUpstreamSimulator, type UpstreamSimulator } from '../../simulators/upstream/start.ts';
import {
  INPUT_NANOS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestCaller,
  type TestProxy,
  testEncryptionKey,
} from '../support/proxy.ts';
import { anthropicFor, expectSettled, seedRouteModels } from '../support/routes.ts';
import { until } from '../support/until.ts';

const KEY = 'sk-upstream-secret';
const MODEL = 'claude-sonnet-5-5';
const message = { model: MODEL, max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };
let tollgate: TestProxy;
let spare: UpstreamSimulator;
let caller: TestCaller;

beforeAll(async () => {
  tollgate = await startTestProxy();
  spare = await startUpstreamSimulator({ apiKey: KEY });
  await seedRouteModels(tollgate);
  const { db } = tollgate.database;
  await db.raw(
    `insert into upstreams (id, kind, base_url, encrypted_key, timeout_seconds) values ('spare', 'anthropic', ?, ?, 5)`,
    [`${spare.url}/v1`, sealUpstreamKey(testEncryptionKey, KEY)],
  );
  // Before both an upstream that speaks another format: it is never asked.
  await db.raw(
    `insert into upstream_models (model_id, upstream_id, priority) values (?, 'simulated', -1), (?, 'spare', 1)`,
    [MODEL, MODEL],
  );
  await until(
    async () => (await tollgate.proxy.deps.models.current()).models.get(MODEL)?.upstreams.length,
    (known) => known === 3,
  );
});
afterAll(async () => {
  await tollgate.stop();
  await spare.close();
});
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  await spare.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
});
afterEach(() => expectSettled(tollgate, caller));

it.each<[string, Behaviour]>([
  ['hangs up', { cut: true }],
  ['is overloaded', { status: 529 }],
])(
  'a message is answered by the next upstream of its format when the first %s, and charged once',
  async (_, how) => {
    await tollgate.upstream.control.always(how);
    await spare.control.always({ prompt_tokens: 50, tokens: 20 });
    const client = anthropicFor(tollgate, caller);
    const plain = await client.messages.create(message);
    expect(plain.content).toMatchObject([{ type: 'text', text: expect.stringMatching(/^The simulated/) }]);
    const streamed = await client.messages.stream(message).finalMessage();
    expect(streamed.content).toEqual(plain.content);
    const paths = (await tollgate.upstream.control.requests()).map(({ path }) => path);
    expect(paths).toEqual(['/v1/messages', '/v1/messages']);
    expect(await spare.control.requests()).toHaveLength(2);
    const { rows } = await tollgate.database.db.raw(
      'select upstream_id, outcome, charge_nanos from usage_events where account_id = ?',
      [caller.accountId],
    );
    const row = {
      upstream_id: 'spare',
      outcome: 'finished',
      charge_nanos: 50n * INPUT_NANOS + 20n * OUTPUT_NANOS,
    };
    expect(rows).toEqual([row, row]);
  },
);
