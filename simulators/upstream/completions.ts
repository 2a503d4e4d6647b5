import { done, openAiErrorBody, openAiStreamError, openAiUsage, wantsUsage } from './openai-shape.ts';
import type { Plan } from './plan.ts';
import { missing, numberIn, reportedUsage, type Shape, sse } from './shape.ts';

/** `/v1/completions`, which answers at most 16 tokens where the caller names no limit. */
export const completions: Shape = {
  refuse: (body) => (body.prompt == null ? missing('prompt') : undefined),
  limit: (body) => numberIn(body, 'max_tokens') ?? 16,
  prompt: (body) => body.prompt,

  plain(plan) {
    const usage = reportedUsage(plan.behaviour, openAiUsage(plan));
    return JSON.stringify({
      ...completion(plan, plan.pieces.join(''), plan.behaviour.finish_reason ?? plan.finish),
      ...(usage && { usage }),
    });
  },
  opening: () => '',
  piece: (plan, index) => sse({ ...completion(plan, plan.pieces[index] ?? '', null), ...nullUsage(plan) }),
  closing(plan) {
    const finish = plan.behaviour.finish_reason ?? plan.finish;
    const last = sse({ ...completion(plan, '', finish), ...nullUsage(plan) });
    const usage = wantsUsage(plan) ? reportedUsage(plan.behaviour, openAiUsage(plan)) : undefined;
    const usageChunk = usage ? sse({ ...completion(plan, '', null), choices: [], usage }) : '';
    return last + usageChunk + done(plan);
  },
  errorBody: openAiErrorBody,
  streamError: openAiStreamError,
};

function completion(plan: Plan, text: string, finish_reason: string | null) {
  return {
    id: `cmpl-${plan.id}`,
    object: 'text_completion',
    created: plan.created,
    model: plan.model,
    choices: Array.from({ length: plan.choices }, (_, index) => ({
      text,
      index,
      logprobs: null,
      finish_reason,
    })),
  };
}

function nullUsage(plan: Plan): object {
  return wantsUsage(plan) && plan.behaviour.usage !== 'omit' ? { usage: null } : {};
}
