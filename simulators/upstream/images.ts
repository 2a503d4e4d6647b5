import { openAiErrorBody, openAiStreamError } from './openai-shape.ts';
import type { Body, Plan } from './plan.ts';
import { missing, namedSse, numberIn, reportedUsage, type Shape } from './shape.ts';

// One grey pixel.
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
const imageTokens: Record<string, number> = { low: 272, medium: 1056, high: 4160 };

/**
 * `/v1/images/generations`. Models named gpt-image count tokens and say what they drew; older ones say nothing of
 * either. `tokens` is how many images come, where it is less than was asked for.
 */
export const images: Shape = {
  refuse: (body) => (body.prompt == null ? missing('prompt') : undefined),
  limit: () => undefined,
  prompt: (body) => body.prompt,

  plain(plan) {
    const count = Math.min(plan.choices, plan.behaviour.tokens ?? plan.choices);
    const usage = usageOf(plan, count);
    return JSON.stringify({
      created: plan.created,
      ...saidOf(plan),
      data: Array.from({ length: count }, () => ({ b64_json: padded(plan) })),
      ...(usage && { usage }),
    });
  },
  opening: () => '',
  piece(plan, index) {
    if (index >= (numberIn(plan.body, 'partial_images') ?? 0)) return '';
    const event = { type: 'image_generation.partial_image', partial_image_index: index };
    return namedSse({ ...event, ...saidOf(plan), ...drawn(plan) });
  },
  closing(plan) {
    const usage = usageOf(plan, 1);
    const event = { type: 'image_generation.completed', ...drawn(plan) };
    return namedSse({ ...event, ...saidOf(plan), ...(usage && { usage }) }).repeat(plan.choices);
  },
  errorBody: openAiErrorBody,
  streamError: openAiStreamError,
};

function countsTokens({ model }: Plan): boolean {
  return model.startsWith('gpt-image');
}

function saidOf(plan: Plan): object {
  if (!countsTokens(plan)) return {};
  return {
    size: sizeOf(plan.body),
    quality: qualityOf(plan.body),
    output_format: 'png',
    background: 'opaque',
  };
}

function usageOf(plan: Plan, count: number): object | undefined {
  if (!countsTokens(plan)) return undefined;
  const output = (imageTokens[qualityOf(plan.body)] ?? 1056) * count;
  return reportedUsage(plan.behaviour, {
    input_tokens: plan.tokens.prompt,
    input_tokens_details: { text_tokens: plan.tokens.prompt, image_tokens: 0 },
    output_tokens: output,
    total_tokens: plan.tokens.prompt + output,
  });
}

function sizeOf({ size }: Body): string {
  return typeof size === 'string' && size !== 'auto' ? size : '1024x1024';
}

function qualityOf({ quality }: Body): string {
  return typeof quality === 'string' && quality !== 'auto' ? quality : 'medium';
}

function padded({ behaviour }: Plan): string {
  return pixel.padEnd(behaviour.chunk_chars ?? 0, 'A');
}

function drawn(plan: Plan): object {
  return { created_at: plan.created, b64_json: padded(plan) };
}
