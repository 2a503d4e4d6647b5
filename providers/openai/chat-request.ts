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
import { promptBound } from './prompt-bound.ts';

export const MAX_CHOICES = 128;

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
  const limits = [limitOf(body, 'max_tokens'), limitOf(body, 'max_completion_tokens')];
  const named = limits.filter((limit) => limit !== undefined);
  return {
    model,
    streamed: flagOf(body, 'stream'),
    wantsUsage: wantsUsage(body),
    outputLimit: named.length > 0 ? Math.max(...named) : undefined,
    bound: {
      ...promptBound(text, body.messages),
      choices: countOf(body, 'n', MAX_CHOICES),
      speaks: speaks(body),
      ...searchUnits(body),
    },
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

export function writeChatRequest(request: CallRequest, changes: RequestChanges): string {
  const added = withUsageAsked(request);
  if (changes.outputLimit !== undefined) added[limitField(request, changes)] = changes.outputLimit;
  return writeJson(request, changes, added);
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

/** The field that the caller used, else the one that the upstream is known to take. */
function limitField({ body }: CallRequest, { maxTokensField }: RequestChanges): string {
  if (body.max_completion_tokens != null) return 'max_completion_tokens';
  return body.max_tokens != null ? 'max_tokens' : maxTokensField;
}

/** With these options the model searches once before it answers. The upstream bills that and reports nothing. */
export function searchUnits({ web_search_options: options }: JsonObject): { units?: UnitCounts } {
  return options == null ? {} : { units: { 'tool:web_search': 1 } };
}

function speaks({ modalities }: JsonObject): boolean {
  return Array.isArray(modalities) && modalities.includes('audio');
}
