import type { UnitCounts } from '../../billing/units.ts';
import {
  ambiguityIn,
  countOf,
  flagOf,
  invalid,
  limitOf,
  modelOf,
  parseBody,
  writeJson,
} from '../json-request.ts';
import { assertStandardTier, tierFields } from '../service-tier.ts';
import type { CallRequest, RequestChanges } from '../upstream.ts';
import { isRecord, type JsonObject } from './json.ts';
import { measurePrompt } from './prompt.ts';

export const MAX_CHOICES = 128;

const limitFields = ['max_tokens', 'max_completion_tokens'] as const;

const isAmbiguous = ambiguityIn([
  'model',
  'stream',
  'stream_options',
  'include_usage',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'modalities',
  'web_search_options',
  ...tierFields,
]);

/** Reads what has a price: everything else is left to the upstream to judge. */
export function readChatRequest(text: string): CallRequest {
  const body = parseBody(text);
  const model = modelOf(body);
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    throw invalid('messages', 'must be a list of at least one message');
  assertStandardTier(body);
  const limits = limitFields.map((field) => limitOf(body, field)).filter((limit) => limit !== undefined);
  const { most, likely } = measurePrompt(text, body.messages);
  return {
    model,
    streamed: flagOf(body, 'stream'),
    wantsUsage: wantsUsage(body),
    // An upstream may know only one of the fields: the larger counts.
    outputLimit: limits.length > 0 ? Math.max(...limits) : undefined,
    bound: {
      ...most,
      choices: countOf(body, 'n', MAX_CHOICES),
      speaks: speaks(body),
      ...searchUnits(body),
    },
    likely,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

export function writeChatRequest(request: CallRequest, changes: RequestChanges): string {
  return writeJson(request, changes, { ...withUsageAsked(request), ...loweredLimits(request, changes) });
}

/** The usage chunk of a stream is always asked for. */
export function withUsageAsked(request: CallRequest): JsonObject {
  if (!request.streamed || request.wantsUsage) return {};
  const asked = request.body.stream_options;
  return { stream_options: { ...(isRecord(asked) ? asked : {}), include_usage: true } };
}

export function wantsUsage({ stream_options: options }: JsonObject): boolean {
  if (options == null) return false;
  if (!isRecord(options)) throw invalid('stream_options', 'must be an object');
  return flagOf(options, 'include_usage');
}

/** In the fields that the caller used, where they say more; else in the one that the upstream is known to take. */
function loweredLimits({ body }: CallRequest, { outputLimit, maxTokensField }: RequestChanges): JsonObject {
  if (outputLimit === undefined) return {};
  const used = limitFields.filter((field) => body[field] != null);
  if (used.length === 0) return { [maxTokensField]: outputLimit };
  const above = used.filter((field) => (limitOf(body, field) ?? 0) > outputLimit);
  return Object.fromEntries(above.map((field) => [field, outputLimit]));
}

/** With these options the model searches once before it answers. The upstream bills that and reports nothing. */
export function searchUnits({ web_search_options: options }: JsonObject): { units?: UnitCounts } {
  return options == null ? {} : { units: { 'tool:web_search': 1 } };
}

function speaks({ modalities }: JsonObject): boolean {
  return Array.isArray(modalities) && modalities.includes('audio');
}
