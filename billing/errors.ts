/**
 * Every refusal a caller can meet. A code is part of the API: clients match on it, so it never changes.
 * Which HTTP status a code answers with is decided in one place, http/errors.ts.
 */
export const errorCodes = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_key_missing',
  'idempotency_key_reused',
  'rate_limit_exceeded',
  'email_not_verified',
  'account_suspended',
  'origin_not_allowed',
  // proxy
  'invalid_api_key',
  'model_not_found',
  'model_not_allowed',
  'insufficient_balance',
  'daily_cap_reached',
  'weekly_cap_reached',
  'plan_budget_exhausted',
  'key_limit_reached',
  'upstream_failed',
  'upstream_timeout',
  'upstream_rate_limited',
  // orders and payments
  'amount_too_small',
  'amount_too_large',
  'method_not_available',
  'too_many_pending_orders',
  'daily_top_up_limit_reached',
  'order_not_open',
  'provider_unavailable',
  'webhook_refused',
  // plans
  'plan_not_available',
  'plan_already_running',
  'pass_not_possible',
  'no_live_plan',
  'quote_changed',
  'nothing_to_pay',
  'nothing_to_refund',
  'live_account',
  'sandbox_account',
  // the parts below
  'temporal_unavailable',
  'database_unavailable',
  'overloaded',
  'shutting_down',
  'internal_error',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface DomainErrorOptions {
  /** The field of the request that is wrong, for OpenAI's `param` and for forms. */
  param?: string;
  /** When trying again can help; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** When the limit that was met begins anew; becomes `x-ratelimit-reset`. */
  resetsAtMs?: number;
  cause?: unknown;
}

/**
 * An expected refusal. The message is for the person who called: it says what to do next and holds no secret.
 * Anything else that is thrown is a bug or an outage and is answered as one.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly resetsAtMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.param = options.param;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.resetsAtMs = options.resetsAtMs;
  }
}
