import { isRecord } from './json.ts';

// Without a tokenizer for every vendor's model a token is taken as four bytes, and as at least one per chunk of a
// stream: vendors send about one token a chunk. Charges that rest on it are flagged as estimated.
const BYTES_PER_TOKEN = 4;
// What is kept before it must be counted: ordinary streams end, with their usage reported, before that.
const MAX_UNCOUNTED_BYTES = 64 * 1024;

/** Where completion chunks hold what was produced. */
export const producedText =
  /"(?:content|reasoning_content|reasoning|refusal|arguments|text)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

/** Of the text in an answer, however deep. What names a thing is not produced. */
export function producedTokens(value: unknown): number {
  return estimateTokens(producedBytes(value));
}

const namesThings = new Set(['role', 'id', 'call_id', 'type', 'status', 'signature', 'encrypted_content']);

function producedBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + producedBytes(item), 0);
  if (!isRecord(value)) return 0;
  const fields = Object.entries(value).filter(([field]) => !namesThings.has(field));
  return fields.reduce((sum, [, field]) => sum + producedBytes(field), 0);
}

export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Counts what a stream produced, when somebody asks. */
export class OutputCounter {
  #uncounted: Buffer[] = [];
  #uncountedBytes = 0;
  #bytes = 0;
  #pieces = 0;
  readonly #produced: RegExp;

  /** `produced` finds the JSON strings of content; its first group is what is in the string. */
  constructor(produced: RegExp) {
    this.#produced = produced;
  }

  add(events: Buffer): void {
    this.#uncounted.push(events);
    this.#uncountedBytes += events.length;
    if (this.#uncountedBytes > MAX_UNCOUNTED_BYTES) this.#count();
  }

  /** Of an event that is too long to be looked at: all of it is taken as content. */
  addBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  tokens(): number {
    this.#count();
    return Math.max(this.#pieces, estimateTokens(this.#bytes));
  }

  #count(): void {
    if (this.#uncounted.length === 0) return;
    const text = Buffer.concat(this.#uncounted).toString('utf8');
    this.#uncounted = [];
    this.#uncountedBytes = 0;
    for (const [, produced] of text.matchAll(this.#produced)) {
      this.#pieces += 1;
      this.#bytes += Buffer.byteLength(produced ?? '');
    }
  }
}
