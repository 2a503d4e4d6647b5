import type { ReportedUsage } from '../../billing/usage.ts';
import { usageFromResponses, withUnits } from '../../billing/usage-shapes.ts';
import { ambiguityIn, flagOf, invalid, limitOf, modelOf, parseBody, writeJson } from '../json-request.ts';
import { assertStandardTier, tierFields } from '../service-tier.ts';
import type { Answer, CallRequest, RequestChanges, UpstreamFormat } from '../upstream.ts';
import { isRecord, type JsonObject } from './json.ts';
import { producedTokens } from './output-counter.ts';
import { measurePrompt } from './prompt.ts';
import { ResponsesTap } from './responses-tap.ts';
import { toolCallBound, toolCallsIn } from './tool-calls.ts';
import { estimateInput, openAiWire, parseAnswer, unreadable } from './wire.ts';

/** OpenAI's responses. The event that ends a stream carries the usage and all of the answer. */
export const openAiResponses: UpstreamFormat = {
  ...openAiWire,
  path: '/responses',
  readRequest,
  writeRequest,
  readAnswer,
  tap: () => new ResponsesTap(reportOf),
  estimateInput,
  stopsBillingOnCancel: { plain: false, streamed: true },
};

// They would be kept in our account with the upstream, where any of our callers could name them, and no body says
// how much they add to the prompt.
const kept = ['previous_response_id', 'conversation', 'prompt'];

const isAmbiguous = ambiguityIn([
  'model',
  'stream',
  'max_output_tokens',
  'max_tool_calls',
  'background',
  ...kept,
  ...tierFields,
]);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  if (body.input == null) throw invalid('input', 'must be given');
  if (flagOf(body, 'background'))
    throw invalid('background', 'cannot be true: there is no route to fetch the response later');
  for (const field of kept)
    if (body[field] != null) throw invalid(field, 'is not supported: send all of the conversation in input');
  assertStandardTier(body);
  const items: unknown[] = Array.isArray(body.input) ? body.input : [];
  if (items.some(isReference))
    throw invalid('input', 'cannot refer to items by their id: send them in full (with store: false)');
  const { most, likely } = measurePrompt(text, items);
  return {
    model: modelOf(body),
    streamed: flagOf(body, 'stream'),
    wantsUsage: true,
    outputLimit: limitOf(body, 'max_output_tokens'),
    bound: {
      ...most,
      choices: 1,
      speaks: false,
      units: toolCallBound(body.tools, () => body.max_tool_calls),
    },
    likely,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

/** An item that is kept at the upstream. Its type may be left out. */
function isReference(item: unknown): boolean {
  if (!isRecord(item)) return false;
  return item.type === 'item_reference' || (item.type == null && item.role == null && item.id != null);
}

function writeRequest(request: CallRequest, changes: RequestChanges): string {
  const { outputLimit } = changes;
  return writeJson(request, changes, outputLimit === undefined ? {} : { max_output_tokens: outputLimit });
}

function readAnswer(body: Buffer): Answer {
  const answer = parseAnswer(body);
  if (!Array.isArray(answer?.output) || answer.error != null || answer.status === 'failed') return unreadable;
  const reported = reportOf(answer);
  return { reported, countedOutput: reported ? 0 : producedTokens(answer.output), readable: true };
}

function reportOf(response: JsonObject): ReportedUsage | undefined {
  const reported = usageFromResponses(response.usage);
  return reported && withUnits(reported, toolCallsIn(response.output));
}
