import { openAiErrorBody } from './openai-shape.ts';
import { missing, numberIn, reportedUsage, type Shape } from './shape.ts';

const documentsPerSearch = 100;

/** `/v1/rerank`: documents in the order in which they came. Models named jina count tokens, others searches. */
export const rerank: Shape = {
  neverStreams: true,
  refuse(body) {
    if (typeof body.query !== 'string') return missing('query');
    return Array.isArray(body.documents) ? undefined : missing('documents');
  },
  limit: () => 0,
  prompt: (body) => [body.query, body.documents],

  plain(plan) {
    const documents = Array.isArray(plan.body.documents) ? plan.body.documents : [];
    const top = Math.min(numberIn(plan.body, 'top_n') ?? documents.length, documents.length);
    const results = Array.from({ length: top }, (_, index) => ({ index, relevance_score: 1 / (index + 1) }));
    const searches = { search_units: Math.ceil(documents.length / documentsPerSearch) };
    const billed = reportedUsage(plan.behaviour, searches);
    const usage = reportedUsage(plan.behaviour, { total_tokens: plan.tokens.prompt });
    return JSON.stringify({
      id: plan.id,
      model: plan.model,
      results,
      ...(plan.model.startsWith('jina')
        ? usage && { usage }
        : { meta: { api_version: { version: '2' }, ...(billed && { billed_units: billed }) } }),
    });
  },
  opening: () => '',
  piece: () => '',
  closing: () => '',
  errorBody: openAiErrorBody,
  streamError: openAiErrorBody,
};
