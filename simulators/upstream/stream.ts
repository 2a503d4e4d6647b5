import { breakOff, type Exchange, writeHead } from './answer.ts';
import type { Plan } from './plan.ts';
import { refusalOf } from './shape.ts';

const halvesApartMs = 5;

/** Answers with server-sent events, one write a chunk, as slowly and as badly as the plan says. */
export function sendStream(exchange: Exchange, plan: Plan): void {
  const { shape } = exchange;
  writeHead(exchange, 200, 'text/event-stream; charset=utf-8', undefined, plan.id);
  if (plan.behaviour.coalesce) sendAtOnce(exchange, plan);
  else write(exchange, plan, shape.opening(plan), () => sendPiece(exchange, plan, 0));
}

function sendAtOnce({ response, shape, record }: Exchange, plan: Plan): void {
  const pieces = plan.pieces.map((_, index) => shape.piece(plan, index));
  record.chunks_sent = pieces.length;
  response.end(`${shape.opening(plan)}${pieces.join('')}${shape.closing(plan)}`);
}

function sendPiece(exchange: Exchange, plan: Plan, index: number): void {
  const { response, shape, record } = exchange;
  if (response.destroyed) return;
  if (goesWrong(exchange, plan, index)) return;
  if (index === plan.pieces.length) {
    response.end(shape.closing(plan));
    return;
  }
  record.chunks_sent += 1;
  write(exchange, plan, shape.piece(plan, index), () => {
    const { chunk_ms } = plan.behaviour;
    if (chunk_ms === undefined) sendPiece(exchange, plan, index + 1);
    else setTimeout(sendPiece, chunk_ms, exchange, plan, index + 1).unref();
  });
}

/** Whether this is where the stream stops being good. */
function goesWrong(exchange: Exchange, plan: Plan, index: number): boolean {
  const { response, shape } = exchange;
  const { break_after, hang_after, end_after, error_after } = plan.behaviour;
  if (index === break_after) breakOff(exchange);
  else if (index === end_after) response.end();
  else if (index === error_after) response.end(shape.streamError(refusalOf(plan.behaviour, 500)));
  else return index === hang_after;
  return true;
}

/** Calls `next` when the chunk has left, and not before the client reads: a slow reader slows the model down. */
function write({ response }: Exchange, plan: Plan, text: string, next: () => void): void {
  if (text === '') {
    next();
    return;
  }
  if (!plan.behaviour.split_utf8) {
    if (response.write(text)) setImmediate(next);
    else response.once('drain', next);
    return;
  }
  const bytes = Buffer.from(text);
  const middle = insideACharacter(bytes);
  response.write(bytes.subarray(0, middle));
  setTimeout(() => {
    response.write(bytes.subarray(middle));
    setImmediate(next);
  }, halvesApartMs);
}

/** A position before a continuation byte of UTF-8, or simply the middle where all is ASCII. */
function insideACharacter(bytes: Buffer): number {
  const found = bytes.findIndex((byte) => byte >= 0x80 && byte < 0xc0);
  return found === -1 ? bytes.length >> 1 : found;
}
