import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { speech, transcriptions } from './audio.ts';
import { good } from './behaviour.ts';
import { chatCompletions } from './chat-completions.ts';
import { completions } from './completions.ts';
import { control } from './control.ts';
import { embeddings } from './embeddings.ts';
import { images } from './images.ts';
import { messages } from './messages.ts';
import { answerCall } from './model-call.ts';
import { modelAnswer } from './models.ts';
import { openAiErrorBody } from './openai-shape.ts';
import type { Body } from './plan.ts';
import { readJson } from './read-json.ts';
import { rerank } from './rerank.ts';
import { responses } from './responses.ts';
import { refusalOf, type Shape } from './shape.ts';
import { countPromptTokens } from './text.ts';
import type { Upstream } from './upstream.ts';

const shapes: Record<string, Shape> = {
  '/v1/audio/speech': speech,
  '/v1/audio/transcriptions': transcriptions,
  '/v1/audio/translations': transcriptions,
  '/v1/chat/completions': chatCompletions,
  '/v1/completions': completions,
  '/v1/embeddings': embeddings,
  '/v1/images/generations': images,
  '/v1/messages': messages,
  '/v1/rerank': rerank,
  '/v1/responses': responses,
};

/** Plain `node:http`: it shares the machine with what is measured through it. */
export function createUpstreamServer(upstream: Upstream): Server {
  const server = createServer((request, response) => {
    void serve(upstream, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: String(error), type: 'server_error', code: null } });
    });
  });
  server.requestTimeout = 0;
  return server;
}

async function serve(upstream: Upstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const shape = request.method === 'POST' ? shapes[path] : undefined;
  if (shape !== undefined) await answerCall(upstream, shape, path, request, response);
  else if (path.startsWith('/_simulator/')) await answerControl(upstream, path, request, response);
  else await answerSmall(upstream, path, request, response);
}

async function answerSmall(
  upstream: Upstream,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = `${request.method} ${path}`;
  const found =
    call === 'GET /healthz'
      ? { ok: true }
      : call === 'POST /v1/messages/count_tokens'
        ? countTokens(await readJson(request))
        : request.method === 'GET' && modelAnswer(upstream.models, path);
  if (found) sendJson(response, 200, found);
  else
    sendText(response, 404, openAiErrorBody({ ...refusalOf(good, 404), message: `Invalid URL (${call})` }));
}

function countTokens(body: Body = {}): object {
  return { input_tokens: countPromptTokens([body.system, body.messages]) };
}

async function answerControl(
  { ledger, orders }: Upstream,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = control(ledger, orders, `${request.method} ${path}`, await readJson(request));
    if (result === undefined) sendJson(response, 404, { error: 'no such control' });
    else sendJson(response, 200, result);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    sendJson(response, 400, { error: z.prettifyError(error) });
  }
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  sendText(response, status, JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
