import { usageFromOpenAi } from '../../billing/usage.ts';
import { ambiguityIn, invalid, modelOf, parseBody, writeJson } from '../json-request.ts';
import type { Answer, CallRequest, UpstreamFormat } from '../upstream.ts';
import { measurePrompt } from './prompt.ts';
import { estimateInput, noTap, openAiWire, parseAnswer, unreadable } from './wire.ts';

/** Vectors: they cost their input. */
export const openAiEmbeddings: UpstreamFormat = {
  ...openAiWire,
  path: '/embeddings',
  readRequest,
  writeRequest: (request, changes) => writeJson(request, changes, {}),
  readAnswer,
  tap: noTap,
  estimateInput,
  stopsBillingOnCancel: { plain: false, streamed: false },
};

const isAmbiguous = ambiguityIn(['model', 'input']);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  if (body.input == null || body.input === '') throw invalid('input', 'must be given');
  const { most, likely } = measurePrompt(text);
  return {
    model: modelOf(body),
    streamed: false,
    wantsUsage: false,
    outputLimit: 0,
    bound: {
      ...most,
      choices: 1,
      speaks: false,
    },
    likely,
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

function readAnswer(body: Buffer): Answer {
  const answer = parseAnswer(body);
  if (!Array.isArray(answer?.data)) return unreadable;
  return { reported: usageFromOpenAi(answer.usage), countedOutput: 0, readable: true };
}
