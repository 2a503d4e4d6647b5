import { openAiErrorBody } from './openai-shape.ts';
import type { Body, Plan } from './plan.ts';
import { missing, numberIn, reportedUsage, type Shape } from './shape.ts';

const defaultDimensions = 1536;
const mostDimensions = 4096;

/** `/v1/embeddings`: the same vector for everything. */
export const embeddings: Shape = {
  neverStreams: true,
  refuse: (body) => (body.input == null || body.input === '' ? missing('input') : undefined),
  limit: () => 0,
  prompt: (body) => body.input,

  plain(plan) {
    const usage = reportedUsage(plan.behaviour, {
      prompt_tokens: plan.tokens.prompt,
      total_tokens: plan.tokens.prompt,
    });
    const embedding = vectorFor(plan.body);
    return JSON.stringify({
      object: 'list',
      data: Array.from({ length: inputs(plan) }, (_, index) => ({ object: 'embedding', index, embedding })),
      model: plan.model,
      ...(usage && { usage }),
    });
  },
  opening: () => '',
  piece: () => '',
  closing: () => '',
  errorBody: openAiErrorBody,
  streamError: openAiErrorBody,
};

/** One text, or one list of tokens, is one input. */
function inputs({ body: { input } }: Plan): number {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1;
}

/** The official client asks for base64 of 32-bit floats and decodes it. */
function vectorFor(body: Body): number[] | string {
  const dimensions = Math.min(numberIn(body, 'dimensions') ?? defaultDimensions, mostDimensions);
  const vector = Float32Array.from({ length: dimensions }, (_, index) => Math.fround(Math.cos(index) / 8));
  if (body.encoding_format === 'base64') return Buffer.from(vector.buffer).toString('base64');
  return Array.from(vector);
}
