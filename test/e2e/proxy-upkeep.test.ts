import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { balances } from '../support/customers.ts';
import { startTestProxy, type TestProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

let tollgate: TestProxy;
let stopped: boolean;

beforeEach(async () => {
  tollgate = await startTestProxy();
  stopped = false;
});
afterEach(async () => {
  if (!stopped) await tollgate.proxy.stop();
  await tollgate.upstream.close();
  await tollgate.database.drop();
});

const messages = [{ role: 'user' as const, content: 'hi' }];
const raw = (sql: string, values: string[] = []) => tollgate.database.db.raw(sql, values);

describe('a proxy', () => {
  it('believes nothing that it remembers while notifications may be lost', async () => {
    const { client, key } = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
    const call = () =>
      client.chat.completions.create({ model: 'gpt-4o', messages }).then(
        () => 200,
        ({ status }) => status,
      );
    expect(await call()).toBe(200);
    for (let i = 0; i < 5; i++) {
      await raw(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'tollgate-listen' and datname = current_database()`,
      );
      const enabled = i % 2 === 1;
      await raw('update api_keys set enabled = ? where id = ?', [String(enabled), key.id]);
      await until(call, (status) => status === (enabled ? 200 : 401), 1_000);
    }
  });

  it('writes down when a key was used last', async () => {
    const { client, key } = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
    await client.chat.completions.create({ model: 'gpt-4o', messages });
    await tollgate.proxy.stop();
    stopped = true;
    const { rows } = await raw('select last_used_at from api_keys where id = ?', [key.id]);
    expect(Date.now() - rows[0].last_used_at.getTime()).toBeLessThan(60_000);
  });

  it('that stops lets streams come to their end, and settles also for callers who left', async () => {
    const { client, accountId } = await tollgate.caller({ pool: 'wallet', nanos: 1_000_000_000n });
    const simulate = (behaviour: object) => ({ metadata: { simulate: JSON.stringify(behaviour) } });
    const stream = await client.chat.completions.create({
      ...{ model: 'gpt-4o', messages, stream: true as const },
      ...simulate({ tokens: 10, chunk_ms: 100 }),
    });
    const leaving = new AbortController();
    const left = client.chat.completions
      .create(
        { model: 'gpt-4o', messages, ...simulate({ first_byte_ms: 2_000, tokens: 5 }) },
        { signal: leaving.signal },
      )
      .catch(() => undefined);
    await until(
      () => tollgate.upstream.control.stats(),
      ({ open }) => open === 2,
    );
    leaving.abort();
    await left;
    const stopping = tollgate.proxy.stop();
    stopped = true;
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text.trim().split(' ')).toHaveLength(10);
    await stopping;
    await expect(fetch(tollgate.url)).rejects.toThrow();
    const { rows } = await raw(
      'select outcome, output_tokens from usage_events where account_id = ? order by id',
      [accountId],
    );
    expect(rows).toEqual([
      { outcome: 'finished', output_tokens: 10n },
      { outcome: 'caller_left', output_tokens: 5n },
    ]);
    expect((await balances(tollgate.database.db, accountId))[0]?.[2]).toBe(0n);
  });
});
