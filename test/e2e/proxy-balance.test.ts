import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkLedger } from '../../db/ledger-check.ts';
import { balances, fund } from '../support/customers.ts';
import {
  INPUT_NANOS,
  MAX_OUTPUT_TOKENS,
  OUTPUT_NANOS,
  startTestProxy,
  type TestProxy,
} from '../support/proxy.ts';
import { until } from '../support/until.ts';

let tollgate: TestProxy;

beforeAll(async () => {
  tollgate = await startTestProxy();
});
afterAll(async () => {
  expect((await checkLedger(tollgate.database.db)).filter((check) => check.rows.length > 0)).toEqual([]);
  await tollgate.stop();
});
beforeEach(() => tollgate.upstream.control.reset());

const messages = [{ role: 'user' as const, content: 'Say something' }];
const TOKENS = 100;

/** What a call holds: its body's bytes as tokens in, its limit as tokens out. */
function mostOf(body: object): bigint {
  return BigInt(JSON.stringify(body).length) * INPUT_NANOS + BigInt(TOKENS) * OUTPUT_NANOS;
}

describe('a balance', () => {
  it('that pays for five of fifty parallel calls lets five run and is never negative', async () => {
    const body = {
      model: 'gpt-4o',
      messages,
      max_tokens: TOKENS,
      metadata: { simulate: '{"first_byte_ms":300,"tokens":100}' },
    };
    const { client, accountId } = await tollgate.caller(
      { pool: 'main', nanos: mostOf(body) },
      { pool: 'wallet', nanos: 4n * mostOf(body) + 5n },
    );
    const calls = await Promise.allSettled(
      Array.from({ length: 50 }, () => client.chat.completions.create(body)),
    );
    const refused = calls.flatMap((call) => (call.status === 'rejected' ? [call.reason] : []));
    expect(refused).toHaveLength(45);
    for (const error of refused) {
      expect(error).toMatchObject({ status: 403, code: 'insufficient_balance', type: 'billing_error' });
      expect(error.message).toContain('https://tollgate.example/console/topup');
    }
    for (const [, posted, held] of await balances(tollgate.database.db, accountId)) {
      expect(posted).toBeGreaterThanOrEqual(0n);
      expect(held).toBe(0n);
    }
    expect((await tollgate.upstream.control.stats()).completed).toBe(5);
  });

  it('of several pools is spent in their order, over a boundary too', async () => {
    const { client, accountId } = await tollgate.caller(
      { pool: 'main', nanos: 30_000n },
      { pool: 'voucher', nanos: 20_000n },
      { pool: 'wallet', nanos: 10_000_000n },
    );
    const simulate = JSON.stringify({ tokens: 100, prompt_tokens: 1 });
    const answer = await client.chat.completions.create({
      model: 'gpt-4o',
      messages,
      max_tokens: TOKENS,
      metadata: { simulate },
    });
    expect(await tollgate.usage(answer._request_id ?? '')).toMatchObject({
      charge_nanos: 201_000n,
      main_nanos: 30_000n,
      voucher_nanos: 20_000n,
      wallet_nanos: 151_000n,
    });
    expect(await balances(tollgate.database.db, accountId)).toEqual([
      ['main', 0n, 0n],
      ['voucher', 0n, 0n],
      ['wallet', 9_849_000n, 0n],
    ]);
  });

  it('too small for the longest answer lowers the limit where the caller named none', async () => {
    const { client } = await tollgate.caller({ pool: 'wallet', nanos: 400_000n });
    const answer = await client.chat.completions.create({
      model: 'gpt-4o',
      messages,
      metadata: { simulate: '{"tokens":900}' },
    });
    const { body } = (await tollgate.upstream.control.requests()).at(-1)!;
    expect(body?.max_tokens).toBeLessThan(200);
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(body?.max_tokens);
  });

  it('too small for what the caller named is refused, with both figures', async () => {
    const { client } = await tollgate.caller({ pool: 'wallet', nanos: 100_000n });
    const call = client.chat.completions.create({ model: 'gpt-4o', messages, max_tokens: 500 });
    await expect(call).rejects.toMatchObject({ code: 'insufficient_balance' });
    await expect(call).rejects.toThrow(/can cost up to \$0\.001\d+ .* \$0\.0001 is available/);
  });

  it('of nothing is refused, and is enough for a free model', async () => {
    const { client, accountId } = await tollgate.caller({ pool: 'wallet', nanos: 0n });
    await expect(client.chat.completions.create({ model: 'gpt-4o', messages })).rejects.toMatchObject({
      code: 'insufficient_balance',
    });
    const answer = await client.chat.completions.create({ model: 'gpt-free', messages });
    expect(await tollgate.usage(answer._request_id ?? '')).toMatchObject({
      charge_nanos: 0n,
      outcome: 'finished',
      output_tokens: 20n,
    });
    expect(await balances(tollgate.database.db, accountId)).toEqual([['wallet', 0n, 0n]]);
  });

  it('that was just topped up is seen by the next call', async () => {
    const { client, accountId } = await tollgate.caller({ pool: 'wallet', nanos: 0n });
    const call = () => client.chat.completions.create({ model: 'gpt-4o', messages, max_tokens: 10 });
    await expect(call()).rejects.toMatchObject({ code: 'insufficient_balance' });
    const { rows } = await tollgate.database.db.raw('select id from ledger_accounts where account_id = ?', [
      accountId,
    ]);
    await fund(tollgate.database.db, accountId, rows[0].id, 10_000_000n);
    expect((await call()).choices).toHaveLength(1);
  });
});

describe('a limit', () => {
  it('above what the model can say is lowered to that', async () => {
    const { client } = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
    await client.chat.completions.create({ model: 'gpt-4o', messages, max_completion_tokens: 50_000 });
    const { body } = (await tollgate.upstream.control.requests()).at(-1)!;
    expect(body).toMatchObject({ max_completion_tokens: MAX_OUTPUT_TOKENS });
  });

  it('is held for every choice', async () => {
    const { client, accountId } = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
    const body = {
      model: 'gpt-4o',
      messages,
      max_tokens: TOKENS,
      n: 3,
      metadata: { simulate: '{"first_byte_ms":300}' },
    };
    const running = client.chat.completions.create(body);
    const heldNow = async () => (await balances(tollgate.database.db, accountId))[0]![2];
    const held = await until(heldNow, (nanos) => nanos > 0n);
    expect(held).toBe(mostOf(body) + 2n * BigInt(TOKENS) * OUTPUT_NANOS);
    expect((await running).choices).toHaveLength(3);
    expect(await heldNow()).toBe(0n);
  });
});
