import { usageFromRerank } from '../../billing/usage-shapes.ts';
import { ambiguityIn, invalid, modelOf, parseBody, writeJson } from '../json-request.ts';
import type { Answer, CallRequest, UpstreamFormat } from '../upstream.ts';
import { estimateTokens } from './output-counter.ts';
import { measurePrompt } from './prompt.ts';
import { estimateInput, noTap, openAiWire, parseAnswer, unreadable } from './wire.ts';

// One search is a query with up to a hundred documents, and a long document counts once per 500 tokens.
const DOCUMENTS_PER_SEARCH = 100;
const TOKENS_PER_DOCUMENT = 500;

/** Reranking as Cohere and Jina speak it: by search, or by token. */
export const rerank: UpstreamFormat = {
  ...openAiWire,
  path: '/rerank',
  readRequest,
  writeRequest: (request, changes) => writeJson(request, changes, {}),
  readAnswer,
  tap: noTap,
  estimateInput: (request) => ({ ...estimateInput(request), units: { search: 1 } }),
  stopsBillingOnCancel: { plain: false, streamed: false },
};

const isAmbiguous = ambiguityIn(['model', 'query', 'documents']);

function readRequest(text: string): CallRequest {
  const body = parseBody(text);
  const { query, documents } = body;
  if (typeof query !== 'string' || query === '') throw invalid('query', 'must be a text');
  if (!Array.isArray(documents) || documents.length === 0)
    throw invalid('documents', 'must be a list of at least one document');
  const { most, likely } = measurePrompt(text);
  // It is read again with each further document.
  const again = (documents.length - 1) * Buffer.byteLength(query);
  const parts = documents.length + Math.floor(most.textTokens / TOKENS_PER_DOCUMENT);
  return {
    model: modelOf(body),
    streamed: false,
    wantsUsage: false,
    outputLimit: 0,
    bound: {
      ...most,
      textTokens: most.textTokens + again,
      choices: 1,
      speaks: false,
      units: { search: Math.ceil(parts / DOCUMENTS_PER_SEARCH) },
    },
    likely: { ...likely, textTokens: likely.textTokens + estimateTokens(again) },
    text,
    body,
    ambiguous: isAmbiguous(text),
  };
}

function readAnswer(body: Buffer): Answer {
  const answer = parseAnswer(body);
  if (!Array.isArray(answer?.results)) return unreadable;
  return { reported: usageFromRerank(answer), countedOutput: 0, readable: true };
}
