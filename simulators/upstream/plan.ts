import type { Behaviour } from './behaviour.ts';
import { countPromptTokens, piecesOfText } from './text.ts';

export type Body = Record<string, unknown>;

/** Everything an answer consists of, whatever the shape of the API. */
export interface Plan {
  id: string;
  created: number;
  model: string;
  /** The model as JSON: it is in every chunk. */
  modelJson: string;
  pieces: readonly string[];
  choices: number;
  finish: 'stop' | 'length';
  tokens: TokenCounts;
  behaviour: Behaviour;
  body: Body;
}

export interface TokenCounts {
  /** All of the prompt, cached or not. */
  prompt: number;
  cached: number;
  cacheWrite: number;
  /** All of the output, reasoning included. */
  completion: number;
  reasoning: number;
}

const defaultTokens = 20;
/** OpenAI's own bound. */
const mostChoices = 128;
const firstId = Math.floor(Math.random() * 36 ** 6).toString(36);
let lastId = 0;

/** Unique across restarts, and cheap. */
export function nextId(): string {
  return `${firstId}${(++lastId).toString(36).padStart(8, '0')}`;
}

/** Decides the answer. `limit` is the most tokens that the caller wants. */
export function makePlan(
  body: Body,
  model: string,
  behaviour: Behaviour,
  limit: number | undefined,
  prompt: unknown,
): Plan {
  const wanted = behaviour.tokens ?? defaultTokens;
  const reasoning = Math.min(behaviour.reasoning_tokens ?? 0, limit ?? Number.POSITIVE_INFINITY);
  const produced = limit === undefined ? wanted : Math.min(wanted, Math.max(0, limit - reasoning));
  const choices = typeof body.n === 'number' ? Math.min(Math.max(Math.trunc(body.n), 1), mostChoices) : 1;
  return {
    id: nextId(),
    created: Math.floor(Date.now() / 1000),
    model,
    modelJson: JSON.stringify(model),
    pieces: piecesOfText({
      tokens: produced,
      // Fewer tokens than asked for are fewer chunks too.
      chunks:
        produced < wanted ? Math.min(produced, behaviour.chunks ?? produced) : (behaviour.chunks ?? produced),
      kind: behaviour.text ?? (behaviour.split_utf8 ? 'unicode' : 'plain'),
      chunkChars: behaviour.chunk_chars ?? 0,
    }),
    choices,
    finish: produced < wanted ? 'length' : 'stop',
    tokens: {
      prompt: behaviour.prompt_tokens ?? countPromptTokens(prompt),
      cached: behaviour.cached_tokens ?? 0,
      cacheWrite: behaviour.cache_write_tokens ?? 0,
      completion: (produced + reasoning) * choices,
      reasoning: reasoning * choices,
    },
    behaviour,
    body,
  };
}
