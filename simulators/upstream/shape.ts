import type { Behaviour } from './behaviour.ts';
import type { Body, Plan } from './plan.ts';

/** One API's way of saying things. Streams are text of server-sent events. */
export interface Shape {
  /** `stream: true` means nothing to this API. */
  neverStreams?: true;
  /** What asks for a stream; `stream: true` where it is absent. */
  streams?(body: Body): boolean;
  /** Of a plain answer; JSON where it is absent. */
  contentType?(body: Body): string;
  /** What is wrong with the request, if anything. */
  refuse(body: Body): Refusal | undefined;
  /** The most tokens of output that the request allows. */
  limit(body: Body): number | undefined;
  prompt(body: Body): unknown;
  plain(plan: Plan): string;
  opening(plan: Plan): string;
  /** The chunk with this piece of the text. */
  piece(plan: Plan, index: number): string;
  closing(plan: Plan): string;
  errorBody(refusal: Refusal): string;
  streamError(refusal: Refusal): string;
}

export interface Refusal {
  status: number;
  type: string;
  code: string | null;
  message: string;
  param?: string;
}

export function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export function namedSse(data: { type: string }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Usage as it is reported: nothing, the truth or a lie. */
export function reportedUsage<T extends object>(behaviour: Behaviour, usage: T): T | undefined {
  if (behaviour.usage === 'omit') return undefined;
  return behaviour.usage_override === undefined ? usage : { ...usage, ...behaviour.usage_override };
}

const defaults: Record<number, Pick<Refusal, 'type' | 'code' | 'message'>> = {
  400: { type: 'invalid_request_error', code: null, message: 'The request is not valid (simulated).' },
  401: {
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: 'Incorrect API key provided (simulated).',
  },
  404: {
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: 'The model does not exist (simulated).',
  },
  429: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached (simulated).' },
  503: { type: 'service_unavailable', code: null, message: 'The engine is overloaded (simulated).' },
};

/** The refusal that a behaviour asks for. `insufficient_quota` is a 429 about money, not about speed. */
export function refusalOf(behaviour: Behaviour, status: number): Refusal {
  const usual = defaults[status] ?? {
    type: 'server_error',
    code: null,
    message: 'The server had an error (simulated).',
  };
  const { code } = behaviour;
  return {
    status,
    type: code === 'insufficient_quota' ? code : usual.type,
    code: code ?? usual.code,
    message: behaviour.message ?? usual.message,
  };
}

export function missing(param: string): Refusal {
  return {
    status: 400,
    type: 'invalid_request_error',
    code: 'missing_required_parameter',
    message: `Missing required parameter: '${param}'.`,
    param,
  };
}

export function numberIn(body: Body, field: string): number | undefined {
  const value = body[field];
  return typeof value === 'number' ? value : undefined;
}
