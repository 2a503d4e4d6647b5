import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import { toFile } from 'openai';
import type { Behaviour } from '../../simulators/upstream/behaviour.ts';
import { OUTPUT_NANOS, startTestProxy, type TestCaller, type TestProxy } from '../support/proxy.ts';
import { expectSettled, postAs, seedRouteModels, usageRowOf } from '../support/routes.ts';

const FUNDS = 1_000_000_000n;
let tollgate: TestProxy;
let caller: TestCaller;
let client: OpenAI;

beforeAll(async () => {
  tollgate = await startTestProxy();
  await seedRouteModels(tollgate);
});
afterAll(() => tollgate.stop());
beforeEach(async () => {
  await tollgate.upstream.control.reset();
  caller = await tollgate.caller({ pool: 'wallet', nanos: FUNDS });
  client = caller.client;
});
afterEach(() => expectSettled(tollgate, caller));

const always = (behaviour: Behaviour) => tollgate.upstream.control.always(behaviour);

const usageOf = (response: { headers: { get(name: string): string | null } }) =>
  usageRowOf(tollgate, response);

const post = (path: string, body: object, headers?: Record<string, string>) =>
  postAs(tollgate, caller, path, body, { headers });

describe('speech', () => {
  it('costs its characters, and passes as it is', async () => {
    const answer = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'Grüße 你好 🌍',
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect(bytes.subarray(0, 3).toString()).toBe('ID3');
    expect(bytes.toString()).toMatch(/missing\. The $/);
    expect(await usageOf(answer)).toMatchObject({
      units: { character: 10 },
      charge_nanos: 150_000n,
      estimated: false,
    });
  });

  it('that breaks off is cut, and nothing is written into the sound', async () => {
    await always({ break_after: 1, tokens: 100_000 });
    const answer = await post('/v1/audio/speech', { model: 'tts-1', voice: 'alloy', input: 'Hello' });
    const chunks: string[] = [];
    const reading = async () => {
      for await (const chunk of answer.body ?? []) chunks.push(Buffer.from(chunk).toString());
    };
    await expect(reading()).rejects.toThrow();
    expect(chunks.join('')).not.toContain('error');
    expect(await usageOf(answer)).toMatchObject({ outcome: 'broken' });
  });
});

describe('transcriptions', () => {
  const audio = (seconds: number) =>
    toFile(Buffer.alloc(seconds * 1000, 1), 'speech.mp3', { type: 'audio/mpeg' });

  it('cost the seconds that were heard, a started one in full', async () => {
    const { data, response } = await client.audio.transcriptions
      .create({ model: 'whisper-1', file: await audio(8.5) })
      .withResponse();
    expect(data.text).toMatch(/^The simulated/);
    expect(await usageOf(response)).toMatchObject({
      units: { second: 9 },
      charge_nanos: 900_000n,
      estimated: false,
    });
    const [request] = await tollgate.upstream.control.requests();
    expect(request?.body).toMatchObject({
      model: 'whisper-1',
      file: { name: 'speech.mp3', type: 'audio/mpeg', bytes: 8500 },
    });
  });

  it('cost the tokens that were reported, plain and streamed', async () => {
    const model = 'gpt-4o-mini-transcribe';
    const charge = 50n * 3_000n + 20n * OUTPUT_NANOS;
    const plain = await client.audio.transcriptions.create({ model, file: await audio(5) }).withResponse();
    expect(await usageOf(plain.response)).toMatchObject({ audio_input_tokens: 50n, charge_nanos: charge });
    const streamed = await client.audio.transcriptions
      .create({ model, file: await audio(5), stream: true })
      .withResponse();
    const types = new Set<string>();
    for await (const event of streamed.data) types.add(event.type);
    expect([...types]).toEqual(['transcript.text.delta', 'transcript.text.done']);
    expect(await usageOf(streamed.response)).toMatchObject({ streamed: true, charge_nanos: charge });
  });

  it('that are priced by the second cost seconds also where tokens are reported', async () => {
    const usage = { type: 'tokens', input_tokens: 51, output_tokens: 20, total_tokens: 71 };
    await always({ raw_body: JSON.stringify({ text: 'Hello', usage }) });
    const { response } = await client.audio.transcriptions
      .create({ model: 'whisper-1', file: await audio(8) })
      .withResponse();
    expect(await usageOf(response)).toMatchObject({ audio_input_tokens: 51n, charge_nanos: 600_000n });
  });

  it('take files that are larger than other bodies may be, up to a limit', async () => {
    await always({ raw_body: JSON.stringify({ text: 'Hello', usage: { type: 'duration', seconds: 5 } }) });
    const sent = async (megabytes: number) =>
      client.audio.transcriptions
        .create({ model: 'whisper-1', file: await audio(megabytes * 1000) })
        .withResponse();
    expect((await sent(10)).response.status).toBe(200);
    await expect(sent(28)).rejects.toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('as subtitles cost the seconds until their last word, as an estimate', async () => {
    const file = await audio(62);
    const { data, response } = await client.audio.translations
      .create({ model: 'whisper-1', file, response_format: 'srt' })
      .withResponse();
    expect(String(data)).toContain('00:01:02,000');
    expect(await usageOf(response)).toMatchObject({
      route: '/v1/audio/translations',
      units: { second: 63 },
      estimated: true,
    });
  });

  it.each([
    ['no form', { body: '{}', headers: { 'content-type': 'application/json' } }, 415],
    ['a form without a boundary', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }, 400],
    [
      'a form that ends early',
      {
        body: '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhis',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
      400,
    ],
    ['a form without a file', { body: formOf({ model: 'whisper-1' }) }, 400],
    ['two models', { body: formOf({ model: 'whisper-1' }, { model: 'tts-1' }) }, 400],
  ])('are refused with %s', async (_, init: RequestInit, status) => {
    const answer = await fetch(`${tollgate.url}/v1/audio/transcriptions`, {
      ...init,
      method: 'POST',
      headers: { ...init.headers, authorization: `Bearer ${caller.key.secret}` },
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { trace_id: expect.any(String) } });
  });
});

function formOf(...fields: Record<string, string>[]): FormData {
  const form = new FormData();
  for (const entries of fields) for (const [name, value] of Object.entries(entries)) form.append(name, value);
  return form;
}
