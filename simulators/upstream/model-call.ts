import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { breakOff, type Exchange, sendPlain, sendRaw, sendRefusal } from './answer.ts';
import { type Behaviour, good, readBehaviour, splitModel } from './behaviour.ts';
import { type Body, makePlan } from './plan.ts';
import { readCall } from './read-call.ts';
import { type Orders, takeOrder } from './records.ts';
import { missing, refusalOf, type Shape } from './shape.ts';
import { sendStream } from './stream.ts';
import type { Upstream } from './upstream.ts';

/** Answers one call of a model, well or as badly as was asked for. */
export async function answerCall(
  upstream: Upstream,
  shape: Shape,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { ledger } = upstream;
  const record = ledger.open(path, request.rawHeaders);
  const exchange: Exchange = { response, shape, record, ledger };
  response.once('close', () => {
    ledger.close(record, response.writableFinished ? 'completed' : 'aborted_by_client');
  });
  const body = await readCall(request);
  if (!isAllowed(upstream, request)) sendRefusal(exchange, refusalOf(good, 401), good);
  else if (body === undefined) sendRefusal(exchange, refusalOf(good, 400), good);
  else if (typeof body.model !== 'string') sendRefusal(exchange, missing('model'), good);
  else start(upstream, exchange, body, body.model, request.headers['x-simulate']);
}

function start(
  { orders }: Upstream,
  exchange: Exchange,
  body: Body,
  askedModel: string,
  inHeader: unknown,
): void {
  const { record, shape } = exchange;
  const { name, asked } = splitModel(askedModel);
  record.body = body;
  record.model = name;
  record.stream = shape.streams?.(body) ?? (body.stream === true && shape.neverStreams !== true);
  const behaviour = decideBehaviour(orders, record.path, name, [asked, inHeader, simulateField(body)]);
  if (behaviour instanceof Error) {
    sendRefusal(exchange, { ...refusalOf(good, 400), message: behaviour.message }, good);
  } else if (behaviour.first_byte_ms !== undefined) {
    setTimeout(respond, behaviour.first_byte_ms, exchange, body, name, behaviour).unref();
  } else {
    respond(exchange, body, name, behaviour);
  }
}

function respond(exchange: Exchange, body: Body, model: string, behaviour: Behaviour): void {
  const { shape, ledger, record, response } = exchange;
  const { status, raw_body } = behaviour;
  if (response.destroyed || behaviour.hang) return;
  const refusal = status === undefined ? undefined : refusalOf(behaviour, status);
  const mistake = refusal ?? shape.refuse(body);
  if (behaviour.cut) breakOff(exchange);
  else if (raw_body !== undefined) sendRaw(exchange, status ?? 200, raw_body);
  else if (mistake !== undefined) sendRefusal(exchange, mistake, behaviour);
  else {
    const plan = makePlan(body, model, behaviour, shape.limit(body), shape.prompt(body));
    ledger.stats.prompt_tokens += plan.tokens.prompt;
    ledger.stats.completion_tokens += plan.tokens.completion;
    if (record.stream) sendStream(exchange, plan);
    else sendPlain(exchange, plan);
  }
}

/** From weak to strong: standing order, order for the next request, then what the request itself asks for. */
function decideBehaviour(
  orders: Orders,
  path: string,
  model: string,
  asked: readonly unknown[],
): Behaviour | Error {
  const ordered = takeOrder(orders, path, model);
  if (ordered === undefined && asked.every((one) => one === undefined)) return orders.standing;
  try {
    return Object.assign({}, orders.standing, ordered, ...asked.map(readBehaviour));
  } catch (error) {
    return new Error(error instanceof z.ZodError ? z.prettifyError(error) : 'The behaviour is not JSON.');
  }
}

function simulateField({ metadata }: Body): unknown {
  return typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'simulate') : undefined;
}

function isAllowed({ apiKey }: Upstream, { headers }: IncomingMessage): boolean {
  if (apiKey === undefined) return true;
  return headers.authorization === `Bearer ${apiKey}` || headers['x-api-key'] === apiKey;
}
