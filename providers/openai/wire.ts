import { noUsage, type Usage } from '../../billing/usage.ts';
import type { CallRequest, UpstreamFormat } from '../upstream.ts';
import { isRecord, type JsonObject } from './json.ts';

/** What the routes of OpenAI have in common. */
export const openAiWire = {
  kind: 'openai',
  headers: (apiKey: string | undefined) => ({
    'content-type': 'application/json',
    // The tap reads the bytes: they must not be compressed.
    'accept-encoding': 'identity',
    'user-agent': 'tollgate',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }),
} as const satisfies Partial<UpstreamFormat>;

export function estimateInput({ likely }: CallRequest): Usage {
  return {
    ...noUsage,
    input: likely.textTokens,
    imageInput: likely.imageTokens,
    audioInput: likely.audioTokens,
  };
}

export function parseAnswer(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** No answer of the format: the upstream failed. */
export const unreadable = { reported: undefined, countedOutput: 0, readable: false } as const;

/** Of a route that cannot stream. */
export function noTap(): never {
  throw new Error('This route does not stream');
}

/** Where the caller cannot name a limit and none can be lowered: the model's own. */
export const NO_LIMIT_TO_LOWER = Number.MAX_SAFE_INTEGER;
