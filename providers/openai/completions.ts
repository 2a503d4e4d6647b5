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
import type { CallRequest, RequestChanges, UpstreamFormat } from '../upstream.ts';
import { readChoices } from './chat.ts';
import { MAX_CHOICES, wantsUsage, withUsageAsked } from './chat-request.ts';
import { ChatTap } from './chat-tap.ts';
import { measurePrompt } from './prompt.ts';
import { estimateInput, openAiWire } from './wire.ts';

/** Completions of a bare text: the chunks are those of chat, with `text` in place of a message. */
export const openAiCompletions: UpstreamFormat = {
  ...openAiWire,
  path: '/completions',
  readRequest,
  writeRequest,
  readAnswer: (body) => readChoices(body, (choice) => choice.text),
  tap: (request) => new ChatTap(request),
  estimateInput,
  stopsBillingOnCancel: { plain: false, streamed: true },
};

const isAmbiguous = ambiguityIn([
  'model',
  'prompt',
  'stream',
  'stream_options',
  'include_usage',
  'max_tokens',
  'n',
  'best_of',
  ...tierFields,
]);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  if (body.prompt == null) throw invalid('prompt', 'must be given');
  assertStandardTier(body);
  const perPrompt = Math.max(countOf(body, 'n', MAX_CHOICES), countOf(body, 'best_of', MAX_CHOICES));
  const { most, likely } = measurePrompt(text);
  return {
    model: modelOf(body),
    streamed: flagOf(body, 'stream'),
    wantsUsage: wantsUsage(body),
    outputLimit: limitOf(body, 'max_tokens'),
    bound: {
      // As in chat: no token is less than a byte, whether the prompt is text or a list of tokens.
      ...most,
      choices: perPrompt * promptsIn(body.prompt),
      speaks: false,
    },
    likely,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

/** A list of texts, or of lists of tokens, is as many prompts; a list of tokens is one. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1;
}

function writeRequest(request: CallRequest, changes: RequestChanges): string {
  const { outputLimit } = changes;
  const limit = outputLimit === undefined ? {} : { max_tokens: outputLimit };
  return writeJson(request, changes, { ...withUsageAsked(request), ...limit });
}
