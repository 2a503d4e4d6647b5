import { done, openAiErrorBody, openAiStreamError, openAiUsage, wantsUsage } from './openai-shape.ts';
import type { Body, Plan } from './plan.ts';
import { missing, numberIn, type Refusal, reportedUsage, type Shape } from './shape.ts';

/** `/v1/chat/completions`. */
export const chatCompletions: Shape = {
  refuse(body) {
    if (!Array.isArray(body.messages) || body.messages.length === 0) return missing('messages');
    return unsupportedLimit(body);
  },
  limit: (body) => numberIn(body, 'max_completion_tokens') ?? numberIn(body, 'max_tokens'),
  prompt: (body) => body.messages,

  plain(plan) {
    const usage = reportedUsage(plan.behaviour, openAiUsage(plan));
    const content = plan.pieces.join('');
    return JSON.stringify({
      id: `chatcmpl-${plan.id}`,
      object: 'chat.completion',
      created: plan.created,
      model: plan.model,
      choices: Array.from({ length: plan.choices }, (_, index) => ({
        index,
        message: { role: 'assistant', content, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: plan.behaviour.finish_reason ?? plan.finish,
      })),
      ...(usage && { usage }),
      service_tier: 'default',
      system_fingerprint: 'fp_simulated',
    });
  },

  opening(plan) {
    const delta = '{"role":"assistant","content":"","refusal":null}';
    return forEachChoice(plan, (choice) => chunk(plan, choice, delta, 'null', nullUsage(plan)));
  },
  piece(plan, index) {
    const delta = `{"content":${JSON.stringify(plan.pieces[index])}}`;
    return forEachChoice(plan, (choice) => chunk(plan, choice, delta, 'null', pieceUsage(plan, index)));
  },
  closing(plan) {
    const finish = JSON.stringify(plan.behaviour.finish_reason ?? plan.finish);
    const ends = forEachChoice(plan, (choice) => chunk(plan, choice, '{}', finish, nullUsage(plan)));
    return ends + usageChunk(plan) + done(plan);
  },
  errorBody: openAiErrorBody,
  streamError: openAiStreamError,
};

function forEachChoice(plan: Plan, write: (choice: number) => string): string {
  if (plan.choices === 1) return write(0);
  return Array.from({ length: plan.choices }, (_, choice) => write(choice)).join('');
}

/** Text put together by hand: the benchmark's load passes here twenty times a call. */
function chunk(plan: Plan, choice: number, delta: string, finish: string, usage: string): string {
  return `data: ${head(plan)}"choices":[{"index":${choice},"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${usage}}\n\n`;
}

function head(plan: Plan): string {
  return `{"id":"chatcmpl-${plan.id}","object":"chat.completion.chunk","created":${plan.created},"model":${plan.modelJson},"service_tier":"default","system_fingerprint":"fp_simulated",`;
}

/** On every chunk but the last where the caller asked for usage. */
function nullUsage(plan: Plan): string {
  return wantsUsage(plan) && plan.behaviour.usage !== 'omit' ? ',"usage":null' : '';
}

/** Some upstreams repeat what was used so far, or put the sum on the last piece of text, asked for or not. */
function pieceUsage(plan: Plan, index: number): string {
  const { usage } = plan.behaviour;
  const produced = index + 1;
  const isLast = produced === plan.pieces.length;
  if (usage !== 'every_chunk' && !(usage === 'last_chunk' && isLast)) return nullUsage(plan);
  const completion = Math.ceil((plan.tokens.completion * produced) / plan.pieces.length);
  const sofar = openAiUsage({ ...plan, tokens: { ...plan.tokens, completion } });
  return `,"usage":${JSON.stringify(reportedUsage(plan.behaviour, sofar))}`;
}

function usageChunk(plan: Plan): string {
  if (!wantsUsage(plan) || (plan.behaviour.usage ?? 'normal') !== 'normal') return '';
  const usage = reportedUsage(plan.behaviour, openAiUsage(plan));
  return `data: ${head(plan)}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
}

/** Reasoning models refuse the old name of the limit. */
function unsupportedLimit(body: Body): Refusal | undefined {
  if (body.max_tokens == null || !/^o\d/.test(String(body.model))) return undefined;
  return {
    status: 400,
    type: 'invalid_request_error',
    code: 'unsupported_parameter',
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    param: 'max_tokens',
  };
}
