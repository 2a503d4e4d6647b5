import { ambiguityIn, flagOf, invalid, limitOf, modelOf, parseBody, writeJson } from '../json-request.ts';
import { measurePrompt } from '../openai/prompt.ts';
import { toolCallBound } from '../openai/tool-calls.ts';
import { assertStandardTier, tierFields } from '../service-tier.ts';
import type { CallRequest, RequestChanges, RequestHeaders } from '../upstream.ts';

// What Anthropic adds to a prompt that names tools.
const toolsPrompt = { most: 1_000, usual: 350 };

const isAmbiguous = ambiguityIn(['model', 'stream', 'max_tokens', 'max_uses', ...tierFields]);

export function readMessagesRequest(text: string, headers: RequestHeaders): CallRequest {
  const request = readPrompt(text, headers);
  const outputLimit = limitOf(request.body, 'max_tokens');
  if (outputLimit === undefined) throw invalid('max_tokens', 'must be given');
  return { ...request, streamed: flagOf(request.body, 'stream'), outputLimit };
}

/** What counting tokens needs: the prompt alone. */
export function readPrompt(text: string, headers: RequestHeaders): CallRequest {
  const body = parseBody(text);
  const model = modelOf(body);
  assertStandardTier(body);
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    throw invalid('messages', 'must be a list of at least one message');
  const { most, likely } = measurePrompt(text, body.messages);
  const namesTools = Array.isArray(body.tools) && body.tools.length > 0;
  return {
    model,
    streamed: false,
    wantsUsage: true,
    outputLimit: 0,
    bound: {
      ...most,
      textTokens: most.textTokens + (namesTools ? toolsPrompt.most : 0),
      choices: 1,
      speaks: false,
      units: toolCallBound(body.tools, (tool) => tool.max_uses),
    },
    likely: { ...likely, textTokens: likely.textTokens + (namesTools ? toolsPrompt.usual : 0) },
    text,
    body,
    ambiguous: isAmbiguous(text),
    headers: passedOn(headers),
  };
}

export function writeMessagesRequest(request: CallRequest, changes: RequestChanges): string {
  const { outputLimit } = changes;
  return writeJson(request, changes, outputLimit === undefined ? {} : { max_tokens: outputLimit });
}

function passedOn(headers: RequestHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of ['anthropic-version', 'anthropic-beta']) {
    const value = headers[name];
    if (value !== undefined) passed[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return passed;
}
