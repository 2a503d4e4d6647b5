import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  events,
  json,
  leaveAfter,
  type OddProxy,
  type OddUpstream,
  startOddProxy,
} from '../support/odd-upstream.ts';
import { INPUT_NANOS, OUTPUT_NANOS, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { expectSettled, postAs, usageRowOf } from '../support/routes.ts';
import { until } from '../support/until.ts';

const CLAUDE = 'claude-sonnet-5-5';
let odd: OddProxy;
let tollgate: TestProxy;
let openAi: OddUpstream;
let anthropic: OddUpstream;
let caller: TestCaller;

beforeAll(async () => {
  odd = await startOddProxy(['gpt-4o', 'whisper-1', 'gpt-image-1', 'gpt-3.5-turbo-instruct'], [CLAUDE]);
  ({ tollgate, openAi, anthropic } = odd);
});
afterAll(() => odd.stop());
beforeEach(async () => {
  caller = await tollgate.caller({ pool: 'wallet', nanos: 10_000_000_000n });
});
afterEach(() => expectSettled(tollgate, caller));

const post = (path: string, body: object, signal?: AbortSignal) =>
  postAs(tollgate, caller, `/v1/${path}`, body, { signal });

const messages = [{ role: 'user', content: 'Say something' }];
const chat = { model: 'gpt-4o', messages, max_tokens: 400 };
const claude = { model: CLAUDE, messages, max_tokens: 400 };
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });
const charge = (input: number, output: number) => BigInt(input) * INPUT_NANOS + BigInt(output) * OUTPUT_NANOS;

describe('a stream that is answered as if none had been asked for', () => {
  it('is passed on as it came and charged what it reports', async () => {
    const answer = { choices: [{ message: { role: 'assistant', content: 'Hello' } }], usage };
    openAi.answer = json(answer);
    const response = await post('chat/completions', { ...chat, stream: true });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(answer);
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({ outcome: 'finished', estimated: false, charge_nanos: charge(10, 20) });
  });

  it('costs nothing where it is no answer', async () => {
    openAi.answer = json({ message: 'never heard of it' });
    const response = await post('chat/completions', { ...chat, stream: true });
    expect(response.status).toBe(502);
    expect((await response.json()).error.message).toContain('Nothing was charged');
    expect(await usageRowOf(tollgate, response)).toMatchObject({
      outcome: 'upstream_failed',
      charge_nanos: 0n,
    });
  });
});

describe('a status of 200 with an error in it', () => {
  it.each<[string, object, () => OddUpstream]>([
    ['chat/completions', chat, () => openAi],
    ['responses', { model: 'gpt-4o', input: 'Say something', max_output_tokens: 400 }, () => openAi],
    ['completions', { model: 'gpt-3.5-turbo-instruct', prompt: 'Say', max_tokens: 400 }, () => openAi],
    ['messages', claude, () => anthropic],
  ])(
    'on /v1/%s is a failure of the upstream, in our words, and costs nothing',
    async (path, body, upstream) => {
      for (const answer of [{ error: { message: 'org-secret is out of luck' } }, {}]) {
        upstream().answer = json(answer);
        const response = await post(path, body);
        expect(response.status).toBe(502);
        expect(await response.text()).not.toContain('org-secret');
        expect(await usageRowOf(tollgate, response)).toMatchObject({
          outcome: 'upstream_failed',
          charge_nanos: 0n,
        });
      }
    },
  );

  it.each<[string, object, object, () => OddUpstream]>([
    ['chat/completions', chat, { error: { message: 'org-secret' } }, () => openAi],
    [
      'messages',
      claude,
      { type: 'error', error: { type: 'overloaded_error', message: 'org-secret' } },
      () => anthropic,
    ],
  ])(
    'as the first event of a stream on /v1/%s goes to the next upstream',
    async (path, body, error, upstream) => {
      upstream().answer = events([error]);
      const before = upstream().asked;
      const response = await post(path, { ...body, stream: true });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('simulated');
      expect(upstream().asked).toBe(before + 1);
      const row = await usageRowOf(tollgate, response);
      expect(row.outcome).toBe('finished');
      expect(row.upstream_id).toMatch(/^simulated/);
    },
  );
});

describe('a message that fails before it says anything', () => {
  it('costs nothing although its prompt was reported', async () => {
    const usage = { input_tokens: 50_000, output_tokens: 1 };
    anthropic.answer = events([
      {
        type: 'message_start',
        message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], usage },
      },
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ]);
    const response = await post('messages', { ...claude, stream: true });
    expect(await response.text()).toContain('overloaded_error');
    expect(await usageRowOf(tollgate, response)).toMatchObject({
      outcome: 'upstream_failed',
      charge_nanos: 0n,
    });
  });

  it('keeps the count of its prompt when a later event says 0', async () => {
    anthropic.answer = events([
      { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 1_000, output_tokens: 1 } } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 0, output_tokens: 7 },
      },
      { type: 'message_stop' },
    ]);
    const response = await post('messages', { ...claude, stream: true });
    await response.text();
    expect(await usageRowOf(tollgate, response)).toMatchObject({
      charge_nanos: charge(1_000, 7),
      estimated: false,
    });
  });
});

describe('an upstream whose caller leaves a stream', () => {
  const goesOn = (bills: boolean) =>
    tollgate.database.db.raw(`update upstreams set bills_after_cancel = ? where id = 'odd-openai'`, [bills]);
  afterEach(() => goesOn(false));

  it.each([
    { bills: false, fate: 'is hung up on, and what passed is charged', output: 4n },
    {
      bills: true,
      fate: 'that would go on billing is read to its end, and charged as it reports',
      output: 200n,
    },
  ])('$fate', async ({ bills, output }) => {
    await goesOn(bills);
    await until(
      async () => (await tollgate.proxy.deps.models.current()).models.get('gpt-4o')?.upstreams,
      (upstreams) => upstreams?.some((upstream) => upstream.billsAfterCancel) === bills,
    );
    const report = { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 };
    let hungUp = false;
    openAi.answer = (res, req) => {
      res.on('close', () => {
        hungUp = !res.writableFinished;
      });
      const rest = () => events([said(' there was'), { choices: [], usage: report }, '[DONE]'])(res, req);
      events([said('Once upon a time')], () => setTimeout(rest, 200))(res, req);
    };
    const leave = new AbortController();
    const response = await post('chat/completions', { ...chat, stream: true }, leave.signal);
    await leaveAfter(response, leave, 'Once');
    const row = await usageRowOf(tollgate, response);
    expect(row).toMatchObject({
      outcome: 'caller_left',
      http_status: 499,
      estimated: !bills,
      output_tokens: output,
    });
    expect(hungUp).toBe(!bills);
  });
});

describe('our lack of money at an upstream', () => {
  it.each<[string, object]>([
    [
      'in a message of 400',
      { type: 'invalid_request_error', message: 'Your credit balance is too low to access' },
    ],
    [
      'in a code of 400',
      { type: 'invalid_request_error', code: 'billing_hard_limit_reached', message: 'limit' },
    ],
  ])('%s is no fault of the caller: the next upstream answers', async (_, error) => {
    anthropic.answer = json({ type: 'error', error }, 400);
    const response = await post('messages', claude);
    expect(response.status).toBe(200);
    expect(await usageRowOf(tollgate, response)).toMatchObject({ upstream_id: 'simulated-anthropic' });
    await until(
      async () => anthropic.asked,
      (asked) => asked > 0,
    );
  });
});
