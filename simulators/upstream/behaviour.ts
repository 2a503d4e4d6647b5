import { z } from 'zod';

const count = z.int().min(0);
const milliseconds = z.int().min(0);

/** How an answer can differ from a good one. Every field may be absent: then it is a good one. */
export const behaviourSchema = z.strictObject({
  // how much
  tokens: count.optional(),
  /** Pieces of text in a stream; one per token where it is absent. */
  chunks: count.optional(),
  /** Pads each piece of text to this many characters. */
  chunk_chars: count.max(50_000_000).optional(),
  text: z.enum(['plain', 'unicode']).optional(),
  finish_reason: z.string().optional(),

  // how fast
  first_byte_ms: milliseconds.optional(),
  chunk_ms: milliseconds.optional(),
  /** All chunks in one write, instead of one write each. */
  coalesce: z.boolean().optional(),
  /** Cuts each chunk inside a character, and sends the halves apart. */
  split_utf8: z.boolean().optional(),

  // what it says it used
  prompt_tokens: count.optional(),
  cached_tokens: count.optional(),
  cache_write_tokens: count.optional(),
  reasoning_tokens: count.optional(),
  usage: z.enum(['normal', 'omit', 'every_chunk', 'last_chunk']).optional(),
  /** Merged over the true usage: a lie. */
  usage_override: z.record(z.string(), z.json()).optional(),

  // how it goes wrong
  /** Answers this status instead, before any output. */
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  retry_after: count.optional(),
  /** The whole body, whatever it is; with status 200 unless `status` says otherwise. */
  raw_body: z.string().optional(),
  /** Closes the connection instead of answering. */
  cut: z.boolean().optional(),
  /** Never answers. */
  hang: z.boolean().optional(),
  /** After so many chunks: closes the connection (a plain answer: half-way). */
  break_after: count.optional(),
  /** After so many chunks: says nothing more. */
  hang_after: count.optional(),
  /** After so many chunks: ends as if all was well, without finish, usage and [DONE]. */
  end_after: count.optional(),
  /** After so many chunks: an error object in the stream. */
  error_after: count.optional(),
  omit_done: z.boolean().optional(),
});

export type Behaviour = z.output<typeof behaviourSchema>;

/** A good answer. */
export const good: Behaviour = Object.freeze({});

/** `gpt-4o~status=429,retry_after=1`: the name of the model, and how to behave. */
export function splitModel(model: string): { name: string; asked: unknown } {
  const [name = '', suffix] = model.split('~', 2);
  if (suffix === undefined) return { name, asked: undefined };
  const pairs = suffix.split(',').map((pair) => {
    const [key = '', value = 'true'] = pair.split('=', 2);
    return [key, parseValue(value)];
  });
  return { name, asked: Object.fromEntries(pairs) };
}

function parseValue(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** An object, or its JSON: OpenAI's `metadata` holds text only. Throws a ZodError or SyntaxError. */
export function readBehaviour(asked: unknown): Behaviour {
  if (asked === undefined || asked === null) return good;
  return behaviourSchema.parse(typeof asked === 'string' ? JSON.parse(asked) : asked);
}
