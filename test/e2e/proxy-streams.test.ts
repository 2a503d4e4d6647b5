import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkLedger } from '../../db/ledger-check.ts';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { balances } from '../support/customers.ts';
import { startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;
/** The latest request. */
let outgoing: ClientRequest;

beforeAll(async () => {
  tollgate = await startTestProxy();
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
});
afterEach(async () => {
  const settled = async () => (await balances(tollgate.database.db, caller.accountId))[0];
  await until(settled, (wallet) => wallet?.[2] === 0n);
  expect((await checkLedger(tollgate.database.db)).filter((check) => check.rows.length > 0)).toEqual([]);
});

/** The bytes as they come, without a client that hides them. */
function post(behaviour: Behaviour, body: object = { stream: true }): Promise<IncomingMessage> {
  const metadata = { simulate: JSON.stringify(behaviour) };
  const text = JSON.stringify({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
    metadata,
    ...body,
  });
  return new Promise((resolve, reject) => {
    outgoing = httpRequest(`${tollgate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key.secret}`, 'content-type': 'application/json' },
    });
    outgoing.on('response', resolve).on('error', reject).end(text);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function firstBytes(answer: IncomingMessage): Promise<void> {
  await new Promise((resolve) => answer.once('data', resolve));
}

const traceOf = (answer: IncomingMessage) => String(answer.headers['x-request-id']);
const usageOf = (traceId: string) =>
  until(
    () => tollgate.usage(traceId),
    (row) => row !== undefined,
  );
const onlyCall = async () =>
  (await tollgate.database.db.raw('select * from usage_events where account_id = ?', [caller.accountId]))
    .rows[0];
const eventsOf = (text: string) =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.replace('data: ', ''));

describe('a stream', () => {
  it.each([
    ['as it is', {}],
    ['cut inside of characters', { split_utf8: true, tokens: 12 }],
    ['all in one piece', { coalesce: true }],
    ['with a chunk of a megabyte', { tokens: 2, chunk_chars: 1_000_000 }],
  ])(
    'arrives as the upstream wrote it (%s), without the usage that was not asked for',
    async (_, behaviour) => {
      const answer = await post({ ...behaviour, text: 'unicode' });
      const text = await textOf(answer);
      const direct = await fetch(`${tollgate.upstream.url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sk-upstream-secret',
          'x-simulate': JSON.stringify({ ...behaviour, text: 'unicode' }),
        },
        body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream: true }),
      });
      const anonymous = (stream: string) =>
        stream.replaceAll(/"id":"[^"]*"|"created":\d+/g, '').replaceAll(',"usage":null', '');
      expect(anonymous(text)).toBe(anonymous(await direct.text()));
      expect(await usageOf(traceOf(answer))).toMatchObject({ outcome: 'finished', estimated: false });
    },
  );

  it('brings usage to the caller who asks for it', async () => {
    const answer = await post(
      { tokens: 7, prompt_tokens: 9 },
      { stream: true, stream_options: { include_usage: true } },
    );
    const events = eventsOf(await textOf(answer));
    expect(events.at(-1)).toBe('[DONE]');
    expect(JSON.parse(events.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 7 },
    });
  });

  it('passes on as it comes: the first piece does not wait for the second', async () => {
    const answer = await post({ tokens: 3, chunk_ms: 400 });
    const startedAt = performance.now();
    await firstBytes(answer);
    expect(performance.now() - startedAt).toBeLessThan(300);
    answer.resume();
    await new Promise((resolve) => answer.once('end', resolve));
    expect(performance.now() - startedAt).toBeGreaterThan(700);
  });

  it('is settled before its terminator arrives', async () => {
    const answer = await post({ tokens: 5 });
    expect(await textOf(answer)).toMatch(/\[DONE\]\n\n$/);
    expect(await tollgate.usage(traceOf(answer))).toMatchObject({ outcome: 'finished' });
  });

  it.each([
    ['broke off', { break_after: 6 }],
    ['ended early', { end_after: 6 }],
    ['said that it failed', { error_after: 6 }],
  ])('that %s is charged what was counted, and its reader hears of it', async (_, behaviour) => {
    const answer = await post({ ...behaviour, tokens: 20 });
    const events = eventsOf(await textOf(answer));
    expect(events.at(-1)).not.toBe('[DONE]');
    expect(JSON.parse(events.at(-1) ?? '')).toHaveProperty('error.message');
    const usage = await usageOf(traceOf(answer));
    expect(usage).toMatchObject({ outcome: 'broken', estimated: true });
    expect(Number(usage.output_tokens)).toBeGreaterThanOrEqual(6);
    expect(Number(usage.output_tokens)).toBeLessThan(20);
  });

  it('that broke off after usage was reported with every chunk is charged that', async () => {
    const answer = await post({ tokens: 20, break_after: 10, usage: 'every_chunk', prompt_tokens: 30 });
    await textOf(answer);
    expect(await usageOf(traceOf(answer))).toMatchObject({ outcome: 'broken', input_tokens: 30n });
  });

  it('that broke off before any output costs nothing and is an error', async () => {
    const answer = await post({ break_after: 0 });
    await textOf(answer);
    expect(await usageOf(traceOf(answer))).toMatchObject({ outcome: 'upstream_failed', charge_nanos: 0n });
  });

  it('without a terminator is whole when its usage came', async () => {
    const answer = await post({ omit_done: true, tokens: 4 });
    await textOf(answer);
    expect(await usageOf(traceOf(answer))).toMatchObject({
      outcome: 'finished',
      estimated: false,
      output_tokens: 4n,
    });
  });
});

describe('a caller who leaves', () => {
  it('in the middle of a stream pays for what was produced, and the upstream stops', async () => {
    const answer = await post({ tokens: 200, chunk_ms: 10 });
    await firstBytes(answer);
    await sleep(150);
    answer.destroy();
    const usage = await usageOf(traceOf(answer));
    expect(usage).toMatchObject({ outcome: 'caller_left', estimated: true, http_status: 499 });
    expect(Number(usage.output_tokens)).toBeGreaterThan(2);
    expect(Number(usage.output_tokens)).toBeLessThan(100);
    await until(
      () => tollgate.upstream.control.stats(),
      (stats) => stats.aborted_by_client === 1,
    );
  });

  it('before a stream began pays nothing', async () => {
    const answer = post({ first_byte_ms: 5_000 }).catch(() => undefined);
    await until(
      () => tollgate.upstream.control.stats(),
      (stats) => stats.open === 1,
    );
    outgoing.destroy();
    await answer;
    expect(await until(onlyCall, (row) => row !== undefined)).toMatchObject({
      outcome: 'caller_left',
      charge_nanos: 0n,
    });
    await until(
      () => tollgate.upstream.control.stats(),
      (stats) => stats.aborted_by_client === 1,
    );
  });

  it('a plain call pays for it, because the upstream produces it all the same', async () => {
    const answer = post({ first_byte_ms: 300, tokens: 12 }, {}).catch(() => undefined);
    await until(
      () => tollgate.upstream.control.stats(),
      (stats) => stats.open === 1,
    );
    outgoing.destroy();
    await answer;
    expect(await until(onlyCall, (row) => row !== undefined)).toMatchObject({
      outcome: 'caller_left',
      estimated: false,
      output_tokens: 12n,
      http_status: 499,
    });
  });
});

describe('a slow reader', () => {
  it('slows the upstream instead of filling memory', async () => {
    const answer = await post({ tokens: 400, chunk_chars: 250_000 });
    answer.pause();
    await sleep(1_000);
    const { chunks_sent } = (await tollgate.upstream.control.requests()).at(-1)!;
    // Sockets on the way hold a few megabytes; the whole is a hundred.
    expect(chunks_sent).toBeLessThan(100);
    answer.destroy();
    expect(await usageOf(traceOf(answer))).toMatchObject({ outcome: 'caller_left' });
  });
});
