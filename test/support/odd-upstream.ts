import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestProxy, type TestProxy } from './proxy.ts';
import { seedRouteModels } from './routes.ts';
import { until } from './until.ts';

export type Answering = (res: ServerResponse, req: IncomingMessage) => void;

export interface OddUpstream {
  /** How it answers from now on. */
  answer: Answering;
  /** Requests that it got. */
  asked: number;
  close(): Promise<void>;
}

/** An upstream of which each byte is ours, for answers that the simulator would never give. It serves these models first. */
async function startOddUpstream(
  tollgate: TestProxy,
  kind: 'openai' | 'anthropic',
  models: string[],
): Promise<OddUpstream> {
  const odd: OddUpstream = { answer: (res) => res.end(), asked: 0, close };
  const server = createServer((req, res) => {
    odd.asked += 1;
    req.resume();
    req.on('end', () => odd.answer(res, req));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  async function close() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const id = `odd-${kind}`;
  const { db } = tollgate.database;
  const { port } = server.address() as AddressInfo;
  await db.raw(`insert into upstreams (id, kind, base_url, timeout_seconds) values (?, ?, ?, 5)`, [
    id,
    kind,
    `http://127.0.0.1:${port}/v1`,
  ]);
  for (const model of models) {
    await db.raw('insert into upstream_models (model_id, upstream_id, priority) values (?, ?, -5)', [
      model,
      id,
    ]);
    await until(
      async () => (await tollgate.proxy.deps.models.current()).models.get(model)?.upstreams,
      (upstreams) => upstreams?.some((upstream) => upstream.id === id) === true,
    );
  }
  return odd;
}

export interface OddProxy {
  tollgate: TestProxy;
  openAi: OddUpstream;
  anthropic: OddUpstream;
  stop(): Promise<void>;
}

/** A proxy with an odd upstream of each kind. */
export async function startOddProxy(openAiModels: string[], anthropicModels: string[]): Promise<OddProxy> {
  const tollgate = await startTestProxy();
  await seedRouteModels(tollgate);
  const openAi = await startOddUpstream(tollgate, 'openai', openAiModels);
  const anthropic = await startOddUpstream(tollgate, 'anthropic', anthropicModels);
  return {
    tollgate,
    openAi,
    anthropic,
    stop: async () => {
      await tollgate.stop();
      await Promise.all([openAi.close(), anthropic.close()]);
    },
  };
}

export function json(value: object, status = 200): Answering {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** Events, then whatever `last` does; without it the stream ends as it should. */
export function events(
  list: (object | string)[],
  last: (res: ServerResponse) => void = (res) => res.end(),
): Answering {
  return (res) => {
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of list) res.write(eventOf(event));
    // What was written leaves first.
    setTimeout(() => last(res), 30);
  };
}

function eventOf(event: object | string): string {
  if (typeof event === 'string') return `data: ${event}\n\n`;
  const name = 'type' in event ? `event: ${event.type}\n` : '';
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** Reads until something is there, then leaves. */
export async function leaveAfter(response: Response, leave: AbortController, words: string): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body!) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes(words)) break;
  }
  leave.abort();
}
