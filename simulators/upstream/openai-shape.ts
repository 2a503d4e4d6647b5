import type { Plan } from './plan.ts';
import type { Refusal } from './shape.ts';

/** What the OpenAI APIs have in common. */
export function openAiErrorBody(refusal: Refusal): string {
  const { message, type, code, param } = refusal;
  return JSON.stringify({ error: { message, type, param: param ?? null, code } });
}

export function openAiStreamError(refusal: Refusal): string {
  return `data: ${openAiErrorBody(refusal)}\n\n`;
}

export function openAiUsage({ tokens }: Plan) {
  return {
    prompt_tokens: tokens.prompt,
    completion_tokens: tokens.completion,
    total_tokens: tokens.prompt + tokens.completion,
    prompt_tokens_details: {
      cached_tokens: tokens.cached,
      audio_tokens: 0,
      ...(tokens.cacheWrite > 0 && { cache_write_tokens: tokens.cacheWrite }),
    },
    completion_tokens_details: {
      reasoning_tokens: tokens.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function wantsUsage({ body }: Plan): boolean {
  const options = body.stream_options;
  return typeof options === 'object' && options !== null && Reflect.get(options, 'include_usage') === true;
}

export function done({ behaviour }: Plan): string {
  return behaviour.omit_done ? '' : 'data: [DONE]\n\n';
}
