import { isRecord } from './json.ts';

// Without a tokenizer for every vendor's model a token is taken as four bytes, and as at least one per chunk of a
// stream: vendors send about one token a chunk. Charges that rest on it are flagged as estimated.
const BYTES_PER_TOKEN = 4;
// What is kept before it must be counted: ordinary streams end, with their usage reported, before that.
const MAX_UNCOUNTED_BYTES = 64 * 1024;

// Streamed sound is 16 bits at 24 kHz, 64,000 characters of base64 a second, and 20 tokens a second.
const SOUND_CHARACTERS_PER_TOKEN = 3_200;
const sound = /"audio"\s*:\s*\{[^{}]{0,300}?"data"\s*:/;
const soundData = new RegExp(`${sound.source}\\s*"([^"]*)"`, 'g');
// It has an event of its own that says what it is.
const picture = /"(?:partial_image_b64|b64_json|result)"\s*:\s*"/;

/** Where completion chunks hold what was produced. */
export const producedText =
  /"(?:content|reasoning_content|reasoning|refusal|arguments|text|transcript)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

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
  #soundBytes = 0;
  #pieces = 0;
  #long: 'text' | 'sound' | 'picture' = 'text';
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

  /** An event that is too long to be looked at: all of it is taken as what it begins as. */
  startLong(start: Buffer): void {
    const text = start.toString('latin1');
    this.#long = sound.test(text) ? 'sound' : picture.test(text) ? 'picture' : 'text';
    this.addToLong(start.length);
  }

  addToLong(bytes: number): void {
    if (this.#long === 'text') this.#bytes += bytes;
    else if (this.#long === 'sound') this.#soundBytes += bytes;
  }

  tokens(): number {
    this.#count();
    return Math.max(this.#pieces, estimateTokens(this.#bytes));
  }

  audioTokens(): number {
    this.#count();
    return Math.ceil(this.#soundBytes / SOUND_CHARACTERS_PER_TOKEN);
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
    for (const [, data] of text.matchAll(soundData)) this.#soundBytes += data?.length ?? 0;
  }
}
