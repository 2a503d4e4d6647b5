import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import { nextId, type Plan } from './plan.ts';
import type { Ledger, RequestRecord } from './records.ts';
import type { Refusal, Shape } from './shape.ts';

/** One request on its way to an answer. */
export interface Exchange {
  response: ServerResponse;
  shape: Shape;
  record: RequestRecord;
  ledger: Ledger;
}

/** Answers with one JSON body; half of it where the connection is to break. */
export function sendPlain(exchange: Exchange, plan: Plan): void {
  const { response, record } = exchange;
  const text = exchange.shape.plain(plan);
  const { behaviour } = plan;
  const isCut = behaviour.break_after !== undefined || behaviour.hang_after !== undefined;
  const type = exchange.shape.contentType?.(plan.body) ?? 'application/json';
  writeHead(exchange, 200, type, Buffer.byteLength(text), plan.id);
  if (!isCut) {
    record.chunks_sent = 1;
    response.end(text);
    return;
  }
  response.write(text.slice(0, text.length >> 1), () => {
    if (behaviour.break_after !== undefined) breakOff(exchange);
  });
}

export function sendRefusal(exchange: Exchange, refusal: Refusal, behaviour: Behaviour): void {
  const text = exchange.shape.errorBody(refusal);
  const { response, ledger, record } = exchange;
  if (behaviour.retry_after !== undefined) response.setHeader('retry-after', String(behaviour.retry_after));
  if (refusal.status === 429) {
    response.setHeader('x-ratelimit-limit-requests', '60');
    response.setHeader('x-ratelimit-remaining-requests', '0');
    response.setHeader('x-ratelimit-reset-requests', `${behaviour.retry_after ?? 1}s`);
  }
  writeHead(exchange, refusal.status, 'application/json', Buffer.byteLength(text), nextId());
  ledger.close(record, 'refused');
  response.end(text);
}

/** Anything at all in place of an answer. */
export function sendRaw(exchange: Exchange, status: number, text: string): void {
  writeHead(exchange, status, 'text/html; charset=utf-8', Buffer.byteLength(text), nextId());
  if (status >= 400) exchange.ledger.close(exchange.record, 'refused');
  exchange.response.end(text);
}

export function writeHead(
  { response, record }: Exchange,
  status: number,
  contentType: string,
  length: number | undefined,
  id: string,
): void {
  record.status = status;
  response.writeHead(status, {
    'content-type': contentType,
    ...(length === undefined ? { 'cache-control': 'no-cache' } : { 'content-length': length }),
    'x-request-id': `req_${id}`,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
  });
}

/** Closes the connection in the middle of things. */
export function breakOff({ response, record, ledger }: Exchange): void {
  ledger.close(record, 'broken_by_simulator');
  response.socket?.destroy();
}
