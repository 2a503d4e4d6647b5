import type { Plan } from './plan.ts';
import { missing, namedSse, numberIn, type Refusal, reportedUsage, type Shape } from './shape.ts';

/** `/v1/messages` of Anthropic: input tokens leave out what was cached, and usage in a stream is cumulative. */
export const messages: Shape = {
  refuse(body) {
    if (!Array.isArray(body.messages) || body.messages.length === 0) return missing('messages');
    return typeof body.max_tokens === 'number' ? undefined : missing('max_tokens');
  },
  limit: (body) => numberIn(body, 'max_tokens'),
  prompt: (body) => [body.system, body.messages],

  plain(plan) {
    const usage = reportedUsage(plan.behaviour, fullUsage(plan, plan.tokens.completion));
    return JSON.stringify({
      ...message(plan, [{ type: 'text', text: plan.pieces.join('') }], stopReason(plan)),
      ...(usage && { usage }),
    });
  },
  opening(plan) {
    const usage = reportedUsage(plan.behaviour, fullUsage(plan, 1));
    return [
      { type: 'message_start', message: { ...message(plan, [], null), ...(usage && { usage }) } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
    ]
      .map(namedSse)
      .join('');
  },
  piece(plan, index) {
    const delta = { type: 'text_delta', text: plan.pieces[index] };
    return namedSse({ type: 'content_block_delta', ...{ index: 0, delta } });
  },
  closing(plan) {
    const usage = reportedUsage(plan.behaviour, { output_tokens: plan.tokens.completion });
    return [
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: stopReason(plan), stop_sequence: null },
        ...(usage && { usage }),
      },
      ...(plan.behaviour.omit_done ? [] : [{ type: 'message_stop' }]),
    ]
      .map(namedSse)
      .join('');
  },
  errorBody: (refusal) => JSON.stringify(errorObject(refusal)),
  streamError: (refusal) => namedSse(errorObject(refusal)),
};

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function errorObject({ status, message: text }: Refusal) {
  const error = { type: errorTypes[status] ?? 'api_error', message: text };
  return { type: 'error', error, request_id: null };
}

function stopReason(plan: Plan): string {
  return plan.behaviour.finish_reason ?? (plan.finish === 'length' ? 'max_tokens' : 'end_turn');
}

function message(plan: Plan, content: object[], stop_reason: string | null) {
  return {
    id: `msg_${plan.id}`,
    type: 'message',
    role: 'assistant',
    model: plan.model,
    content,
    stop_reason,
    stop_sequence: null,
  };
}

function fullUsage({ tokens }: Plan, output_tokens: number) {
  return {
    input_tokens: Math.max(0, tokens.prompt - tokens.cached - tokens.cacheWrite),
    cache_creation_input_tokens: tokens.cacheWrite,
    cache_read_input_tokens: tokens.cached,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens,
    server_tool_use: null,
    service_tier: 'standard',
  };
}
