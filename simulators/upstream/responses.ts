import { openAiErrorBody } from './openai-shape.ts';
import type { Plan } from './plan.ts';
import { missing, namedSse, numberIn, reportedUsage, type Shape } from './shape.ts';

/** `/v1/responses`. Usage is on the response of the last event, asked for or not. */
export const responses: Shape = {
  refuse: (body) => (body.input == null ? missing('input') : undefined),
  limit: (body) => numberIn(body, 'max_output_tokens'),
  prompt: (body) => [body.instructions, body.input],

  plain: (plan) => JSON.stringify(finished(plan)),
  opening(plan) {
    const response = { ...envelope(plan), status: 'in_progress', output: [], usage: null };
    return [
      { type: 'response.created', sequence_number: 0, response },
      { type: 'response.in_progress', sequence_number: 1, response },
      {
        type: 'response.output_item.added',
        sequence_number: 2,
        output_index: 0,
        item: { ...message(plan, []), status: 'in_progress' },
      },
      { ...place(plan), type: 'response.content_part.added', sequence_number: 3, part: part('') },
    ]
      .map(namedSse)
      .join('');
  },
  piece: (plan, index) =>
    namedSse({
      ...place(plan),
      type: 'response.output_text.delta',
      ...{ sequence_number: 4 + index, delta: plan.pieces[index], logprobs: [] },
    }),
  closing(plan) {
    const text = plan.pieces.join('');
    const next = 4 + plan.pieces.length;
    const isCut = plan.finish === 'length';
    return [
      { ...place(plan), type: 'response.output_text.done', sequence_number: next, text, logprobs: [] },
      { ...place(plan), type: 'response.content_part.done', sequence_number: next + 1, part: part(text) },
      {
        type: 'response.output_item.done',
        sequence_number: next + 2,
        output_index: 0,
        item: message(plan, [part(text)]),
      },
      {
        type: isCut ? 'response.incomplete' : 'response.completed',
        sequence_number: next + 3,
        response: finished(plan),
      },
    ]
      .map(namedSse)
      .join('');
  },
  errorBody: openAiErrorBody,
  streamError: ({ code, message: text }) => {
    const error = { type: 'error', code, message: text, param: null, sequence_number: 0 };
    return namedSse(error);
  },
};

function envelope(plan: Plan) {
  return {
    id: `resp_${plan.id}`,
    object: 'response',
    created_at: plan.created,
    error: null,
    incomplete_details: null,
    instructions: plan.body.instructions ?? null,
    max_output_tokens: plan.body.max_output_tokens ?? null,
    metadata: {},
    model: plan.model,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
  };
}

function finished(plan: Plan) {
  const { tokens } = plan;
  const isCut = plan.finish === 'length';
  const usage = reportedUsage(plan.behaviour, {
    input_tokens: tokens.prompt,
    input_tokens_details: { cached_tokens: tokens.cached, cache_write_tokens: tokens.cacheWrite },
    output_tokens: tokens.completion,
    output_tokens_details: { reasoning_tokens: tokens.reasoning },
    total_tokens: tokens.prompt + tokens.completion,
  });
  return {
    ...envelope(plan),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: [message(plan, [part(plan.pieces.join(''))])],
    ...(usage && { usage }),
  };
}

function message(plan: Plan, content: object[]) {
  return { id: `msg_${plan.id}`, type: 'message', status: 'completed', role: 'assistant', content };
}

function part(text: string) {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function place(plan: Plan) {
  return { item_id: `msg_${plan.id}`, output_index: 0, content_index: 0 };
}
