import { outputOf, type ReportedUsage } from '../billing/usage.ts';
import { isRecord, type JsonObject } from './openai/json.ts';
import type { OutputCounter } from './openai/output-counter.ts';
import type { StreamTap } from './upstream.ts';

const LF_LF = Buffer.from('\n\n');
const CRLF_CRLF = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const LF = 0x0a;

// What is looked at closely is a few hundred bytes. What is longer is content, and is not kept waiting for its end.
const MAX_HELD_EVENT_BYTES = 16 * 1024;
// But the event that ends a stream is, with all of the answer in it.
const MAX_KEPT_EVENT_BYTES = 64 * 1024 * 1024;

/** `end`: the event is the terminator. */
export type Fate = 'pass' | 'drop' | 'end';

/** Within an event that was too long to be held. */
interface LongEvent {
  /** Where usage would be. */
  tail: Buffer;
  /** All of it, where it may be the terminator. */
  kept: Buffer[] | undefined;
  keptBytes: number;
}

/**
 * Watches a stream of server-sent events. Forwards whole events as they are; an unfinished one waits for its end (no
 * client can use half an event). Only events that concern the bill are looked at closely: the formats say which.
 */
export abstract class SseTap implements StreamTap {
  finished = false;
  failed = false;
  incomplete = false;
  reported: ReportedUsage | undefined;
  readonly withheld: Buffer[] = [];
  protected readonly counter: OutputCounter;
  #unfinished: Buffer | undefined;
  #long: LongEvent | undefined;

  constructor(counter: OutputCounter) {
    this.counter = counter;
  }

  /** Whether some of these whole events must be read. Cheap: it sees every byte. */
  protected abstract concerns(data: Buffer): boolean;
  protected abstract read(payload: string): Fate;
  /** Usage at the end of an event of which only the tail is known. */
  protected readTail?(tail: Buffer): void;
  /** Whether the long event that begins so may be the terminator, which must wait for the settlement. */
  protected mayEnd?(start: Buffer): boolean;

  push(chunk: Buffer): Buffer[] {
    const forward: Buffer[] = [];
    const rest = this.#long ? this.#passLongEvent(this.#long, chunk, forward) : chunk;
    if (!rest) return forward;
    if (this.finished) this.withheld.push(rest);
    else this.#take(this.#unfinished ? Buffer.concat([this.#unfinished, rest]) : rest, forward);
    return forward;
  }

  end(): void {
    if (this.#unfinished) this.#event(this.#unfinished, this.withheld);
    if (this.#long?.kept) this.#event(Buffer.concat(this.#long.kept), this.withheld);
    this.#unfinished = undefined;
    this.#long = undefined;
  }

  get reportsOutput(): boolean {
    if (!this.reported) return false;
    const { usage } = this.reported;
    return outputOf(usage) > 0 || Object.values(usage.units ?? {}).some((count) => count > 0);
  }

  countOutput(): number {
    return this.counter.tokens();
  }

  countAudio(): number {
    return this.counter.audioTokens();
  }

  #take(data: Buffer, forward: Buffer[]): void {
    const end = endOfLastEvent(data);
    this.#unfinished = end < data.length ? data.subarray(end) : undefined;
    if (end > 0) this.#events(end === data.length ? data : data.subarray(0, end), forward);
    if (!this.finished && this.#unfinished && this.#unfinished.length > MAX_HELD_EVENT_BYTES)
      this.#startLongEvent(this.#unfinished, forward);
    if (this.finished && this.#unfinished) {
      this.withheld.push(this.#unfinished);
      this.#unfinished = undefined;
    }
  }

  /** Whole events. Most chunks hold nothing but content and pass as one. */
  #events(data: Buffer, forward: Buffer[]): void {
    if (!this.concerns(data)) {
      this.#pass(data, forward);
      return;
    }
    let start = 0;
    while (start < data.length && !this.finished) {
      const end = endOfFirstEvent(data, start);
      this.#event(data.subarray(start, end), forward);
      start = end;
    }
    if (start < data.length) this.withheld.push(data.subarray(start));
  }

  #event(event: Buffer, forward: Buffer[]): void {
    const fate = this.read(dataOf(event));
    if (fate === 'pass') this.#pass(event, forward);
    if (fate !== 'end') return;
    this.finished = true;
    this.withheld.push(event);
  }

  #pass(bytes: Buffer, forward: Buffer[]): void {
    this.counter.add(bytes);
    forward.push(bytes);
  }

  #startLongEvent(start: Buffer, forward: Buffer[]): void {
    this.#unfinished = undefined;
    const kept = this.mayEnd?.(start) ? [start] : undefined;
    this.#long = { tail: start.subarray(-MAX_HELD_EVENT_BYTES), kept, keptBytes: start.length };
    if (kept) return;
    this.counter.startLong(start);
    forward.push(start);
  }

  /** Forwards up to the end of a long event; returns what comes after it. */
  #passLongEvent(long: LongEvent, chunk: Buffer, forward: Buffer[]): Buffer | undefined {
    const end = endOfLongEvent(long.tail, chunk);
    const taken = chunk.subarray(0, end ?? chunk.length);
    if (taken.length > 0) this.#takeOfLongEvent(long, taken, forward);
    // Not a copy of each chunk: streams of long events are the largest ones.
    const before = taken.length < MAX_HELD_EVENT_BYTES ? long.tail : NOTHING;
    long.tail = Buffer.concat([before, taken.subarray(-MAX_HELD_EVENT_BYTES)]).subarray(
      -MAX_HELD_EVENT_BYTES,
    );
    if (end === undefined) return undefined;
    this.#long = undefined;
    if (long.kept) this.#event(Buffer.concat(long.kept), forward);
    else this.readTail?.(long.tail);
    return end < chunk.length ? chunk.subarray(end) : undefined;
  }

  #takeOfLongEvent(long: LongEvent, bytes: Buffer, forward: Buffer[]): void {
    if (!long.kept) {
      this.counter.addToLong(bytes.length);
      forward.push(bytes);
      return;
    }
    long.kept.push(bytes);
    long.keptBytes += bytes.length;
    if (long.keptBytes <= MAX_KEPT_EVENT_BYTES) return;
    forward.push(...long.kept);
    long.kept = undefined;
  }
}

export function parseEvent(payload: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the first event of a stream says; unknown as long as the event is not whole. */
export function firstEvent(start: Buffer): JsonObject | undefined {
  const end = blankLineEnd(start);
  return end === undefined ? undefined : parseEvent(dataOf(start.subarray(0, end)));
}

/** Behind the last blank line. */
function endOfLastEvent(data: Buffer): number {
  const { length } = data;
  if (length >= 2 && data[length - 1] === LF && data[length - 2] === LF) return length;
  const lf = data.lastIndexOf(LF_LF);
  const crlf = data.lastIndexOf(CRLF_CRLF);
  return Math.max(lf < 0 ? 0 : lf + LF_LF.length, crlf < 0 ? 0 : crlf + CRLF_CRLF.length);
}

function endOfFirstEvent(data: Buffer, from: number): number {
  const lf = data.indexOf(LF_LF, from);
  const crlf = data.indexOf(CRLF_CRLF, from);
  const ends = [lf < 0 ? data.length : lf + LF_LF.length, crlf < 0 ? data.length : crlf + CRLF_CRLF.length];
  return Math.min(...ends);
}

/** Where in the chunk the event ends; the blank line itself may be split over what came before and the chunk. */
function endOfLongEvent(before: Buffer, chunk: Buffer): number | undefined {
  const overlap = before.subarray(-(CRLF_CRLF.length - 1));
  const seam = Buffer.concat([overlap, chunk.subarray(0, CRLF_CRLF.length - 1)]);
  const split = blankLineEnd(seam);
  if (split !== undefined && split > overlap.length) return split - overlap.length;
  return blankLineEnd(chunk);
}

function blankLineEnd(data: Buffer): number | undefined {
  const lf = data.indexOf(LF_LF);
  const crlf = data.indexOf(CRLF_CRLF);
  if (lf < 0 && crlf < 0) return undefined;
  if (crlf < 0 || (lf >= 0 && lf < crlf)) return lf + LF_LF.length;
  return crlf + CRLF_CRLF.length;
}

/** The data lines of one event, as the standard joins them. */
function dataOf(event: Buffer): string {
  const lines = event.toString('utf8').split(/\r\n|\n|\r/);
  return lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
    .join('\n')
    .trim();
}
