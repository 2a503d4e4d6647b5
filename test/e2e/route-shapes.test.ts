import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { anthropicFor, seedRouteModels } from '../support/routes.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;
let client: Anthropic;

beforeAll(async () => {
  tollgate = await startTestProxy();
  await seedRouteModels(tollgate);
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
  client = anthropicFor(tollgate, caller);
});

const request = {
  model: 'claude-sonnet-5-5',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'Say something' }],
};

describe("messages in Anthropic's shape", () => {
  it("reach the upstream with its own key, and with the caller's version and betas", async () => {
    await client.messages.create(request, {
      headers: { 'anthropic-version': '2024-02-29', 'anthropic-beta': 'context-1m' },
    });
    const [seen] = await tollgate.upstream.control.requests();
    expect(seen?.headers).toMatchObject({
      'x-api-key': 'sk-upstream-secret',
      'anthropic-version': '2024-02-29',
      'anthropic-beta': 'context-1m',
    });
    expect(JSON.stringify(seen?.headers)).not.toContain(caller.key.secret);
  });

  it('take the key as Bearer too', async () => {
    const bearer = new Anthropic({
      authToken: caller.key.secret,
      apiKey: null,
      baseURL: tollgate.url,
      maxRetries: 0,
    });
    expect((await bearer.messages.create(request)).content).toHaveLength(1);
  });

  it('are refused in words that the client knows, with the id of the request', async () => {
    const poor = anthropicFor(tollgate, await tollgate.caller({ pool: 'wallet', nanos: 1n }));
    const stranger = new Anthropic({ apiKey: 'tg_nobody_knows', baseURL: tollgate.url, maxRetries: 0 });
    const refusals = [
      [() => stranger.messages.create(request), 401, 'authentication_error'],
      [() => poor.messages.create(request), 403, 'billing_error'],
      [() => client.messages.create({ ...request, model: 'nobody' }), 404, 'not_found_error'],
      [() => client.messages.create({ ...request, model: 'tts-1' }), 404, 'not_found_error'],
      [() => client.messages.create({ ...request, messages: [] }), 400, 'invalid_request_error'],
    ] as const;
    for (const [call, status, type] of refusals) {
      const error: InstanceType<typeof Anthropic.APIError> = await call().then(
        () => expect(undefined).toBe('a refusal'),
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ status, error: { type: 'error', error: { type } } });
      expect(error.requestID).toMatch(/^[0-9a-f-]{36}$/);
      expect((error.error as { request_id: string }).request_id).toBe(error.requestID);
    }
  });

  it('have their tokens counted for nothing, also without money', async () => {
    const poor = await tollgate.caller({ pool: 'wallet', nanos: 0n });
    const { model, messages } = request;
    const { data, response } = await anthropicFor(tollgate, poor)
      .messages.countTokens({ model, messages })
      .withResponse();
    expect(data.input_tokens).toBeGreaterThan(0);
    const row = await until(
      () => tollgate.usage(response.headers.get('x-request-id') ?? ''),
      (found) => found !== undefined,
    );
    expect(row).toMatchObject({ route: '/v1/messages/count_tokens', charge_nanos: 0n, input_tokens: 0n });
  });
});

describe('responses', () => {
  it.each(['previous_response_id', 'conversation', 'prompt'])(
    'refuse %s, which would read what others keep with the upstream',
    async (field) => {
      const body = { model: 'gpt-4o', input: 'hi', [field]: 'resp_1' };
      await expect(caller.client.responses.create(body)).rejects.toMatchObject({ status: 400, param: field });
    },
  );

  it.each([[{ type: 'item_reference', id: 'msg_1' }], [{ id: 'msg_1' }]])(
    'refuse %j in place of an item, which would be read there too',
    async (item) => {
      const body = { model: 'gpt-4o', input: [{ role: 'user' as const, content: 'hi' }, item as never] };
      await expect(caller.client.responses.create(body)).rejects.toMatchObject({
        status: 400,
        param: 'input',
      });
    },
  );

  it('refuse to run in the background, where nobody would be charged', async () => {
    const body = { model: 'gpt-4o', input: 'hi', background: true };
    await expect(caller.client.responses.create(body)).rejects.toMatchObject({
      status: 400,
      param: 'background',
    });
  });

  it('are lowered to what is affordable where the caller left room', async () => {
    const poor = await tollgate.caller({ pool: 'wallet', nanos: 400_000n });
    await poor.client.responses.create({ model: 'gpt-4o', input: 'hi' });
    const [seen] = await tollgate.upstream.control.requests();
    expect(seen?.body?.max_output_tokens).toBeLessThan(200);
  });
});

describe('the billing endpoints of existing clients', () => {
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${caller.key.secret}` };
    const answer = await fetch(`${tollgate.url}/v1/dashboard/billing/${path}`, { headers });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

  it('say a limit and a usage whose difference is the balance', async () => {
    const { response } = await caller.client.responses
      .create({ model: 'gpt-4o', input: 'hi' })
      .withResponse();
    const row = await until(
      () => tollgate.usage(response.headers.get('x-request-id') ?? ''),
      (found) => found !== undefined,
    );
    const subscription = await get('subscription');
    expect(subscription.body).toMatchObject({
      object: 'billing_subscription',
      hard_limit_usd: 1,
      access_until: 0,
    });
    const usage = await get(`usage?start_date=${day(-99)}&end_date=${day(1)}`);
    expect(row.charge_nanos).toBeGreaterThan(0n);
    expect(usage.body.total_usage).toBeCloseTo(Number(row.charge_nanos) / 1e7, 12);
    expect((await get('usage')).body).toEqual(usage.body);
    expect((await get(`usage?start_date=${day(-99)}&end_date=${day(-1)}`)).body.total_usage).toBe(0);
  });

  it('count the wallet only while it pays for calls', async () => {
    const subscription = async () => (await get('subscription')).body.hard_limit_usd;
    const before = await subscription();
    await tollgate.database.db.raw('update accounts set pay2go_enabled = false where id = ?', [
      caller.accountId,
    ]);
    expect([before, await subscription()]).toEqual([1, 0]);
  });

  it.each([
    'usage?start_date=yesterday',
    'usage?start_date=2026-02-31x',
    'usage?start_date=2026-03-01&end_date=2026-02-01',
  ])('refuse %s', async (path) => expect(await get(path)).toMatchObject({ status: 400 }));
});
