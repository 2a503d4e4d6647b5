import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { INPUT_NANOS, OUTPUT_NANOS } from './proxy.ts';
import { until } from './until.ts';

export interface Delivered {
  traceId: string;
  chargeNanos: bigint;
}

export interface Callers {
  /** Calls whose last byte arrived, with what they cost by what they said. */
  delivered: Delivered[];
  failed: number;
  stop(): Promise<void>;
}

/** Callers that call without a pause, plainly and as streams, whatever happens to the proxies behind `url`. */
export function startCallers(count: number, url: () => string, secret: string): Callers {
  const agent = new Agent({ keepAlive: true });
  const callers: Callers = { delivered: [], failed: 0, stop };
  let stopping = false;
  const loops = Array.from({ length: count }, async (_, caller) => {
    for (let turn = 0; !stopping; turn++) {
      const delivered = await callOnce(agent, url(), secret, (caller + turn) % 2 === 0, 1 + (turn % 40));
      if (delivered) callers.delivered.push(delivered);
      else {
        callers.failed += 1;
        await sleep(20);
      }
    }
  });
  async function stop() {
    stopping = true;
    await Promise.all(loops);
    agent.destroy();
  }
  return callers;
}

export async function deliveredAtLeast(callers: Callers, count: number): Promise<void> {
  const goal = callers.delivered.length + count;
  await until(
    async () => callers.delivered.length,
    (length) => length >= goal,
    60_000,
  );
}

function callOnce(
  agent: Agent,
  url: string,
  secret: string,
  stream: boolean,
  tokens: number,
): Promise<Delivered | undefined> {
  const body = {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 100,
    metadata: { simulate: JSON.stringify({ tokens, prompt_tokens: 10 }) },
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  return new Promise((resolve) => {
    const outgoing = httpRequest(`${url}/v1/chat/completions`, {
      agent,
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', () => resolve(undefined));
      answer.on('close', () => resolve(undefined));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const usage = /"usage":(\{"prompt_tokens".*?\}\}?)[,}]/.exec(text);
        const whole = answer.complete && (stream ? text.endsWith('[DONE]\n\n') : text.endsWith('}'));
        if (answer.statusCode !== 200 || !whole || !usage) return resolve(undefined);
        const chargeNanos = 10n * INPUT_NANOS + BigInt(tokens) * OUTPUT_NANOS;
        resolve({ traceId: String(answer.headers['x-request-id']), chargeNanos });
      });
    });
    outgoing.end(JSON.stringify(body));
  });
}
