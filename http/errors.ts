import { z } from 'zod';
import { DomainError, type ErrorCode } from '../billing/errors.ts';
import type { AppContext, Next } from './context.ts';

/** The one place where a code becomes an HTTP status. */
export const httpStatus: Record<ErrorCode, number> = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_missing: 400,
  idempotency_key_reused: 409,
  rate_limit_exceeded: 429,
  email_not_verified: 403,
  account_suspended: 403,
  origin_not_allowed: 403,
  invalid_api_key: 401,
  model_not_found: 404,
  model_not_allowed: 403,
  insufficient_balance: 403,
  daily_cap_reached: 429,
  weekly_cap_reached: 429,
  plan_budget_exhausted: 429,
  key_limit_reached: 403,
  upstream_failed: 502,
  upstream_timeout: 504,
  upstream_rate_limited: 429,
  amount_too_small: 400,
  amount_too_large: 400,
  method_not_available: 400,
  too_many_pending_orders: 429,
  daily_top_up_limit_reached: 429,
  order_not_open: 409,
  provider_unavailable: 503,
  webhook_refused: 400,
  plan_not_available: 400,
  plan_already_running: 409,
  pass_not_possible: 409,
  no_live_plan: 409,
  quote_changed: 409,
  nothing_to_pay: 409,
  nothing_to_refund: 409,
  live_account: 409,
  sandbox_account: 403,
  temporal_unavailable: 503,
  database_unavailable: 503,
  overloaded: 503,
  shutting_down: 503,
  internal_error: 500,
};

/** Answers every error in one shape. Handlers throw; none of them catches. */
export function answerErrors() {
  return async (ctx: AppContext, next: Next) => {
    try {
      await next();
    } catch (error) {
      answer(ctx, error);
      return;
    }
    if (ctx.body == null) answerEmptyRefusal(ctx);
  };
}

function answer(ctx: AppContext, thrown: unknown): void {
  const known = toDomainError(thrown);
  const error =
    known ?? new DomainError('internal_error', 'Something failed on our side. Quote the trace id.');
  const status = httpStatus[error.code];
  if (!known) ctx.state.log.error({ err: thrown }, 'Unexpected error');
  else if (status >= 500) ctx.state.log.warn({ err: error.cause ?? error, code: error.code }, error.message);
  ctx.status = status;
  if (error.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(error.retryAfterSeconds));
  ctx.body = errorBodyOf(error, ctx.state.traceId);
}

export function errorBodyOf(error: DomainError, traceId: string) {
  const { code, message, param } = error;
  return { error: { code, message, ...(param === undefined ? {} : { param }), trace_id: traceId } };
}

/** The router answers unknown paths and methods with a bare status. */
function answerEmptyRefusal(ctx: AppContext): void {
  if (ctx.status === 404) answer(ctx, new DomainError('not_found', `There is nothing at ${ctx.path}`));
  if (ctx.status === 405 || ctx.status === 501)
    answer(ctx, new DomainError('method_not_allowed', `${ctx.method} is not possible on ${ctx.path}`));
}

/** What is known about a thrown value; `undefined` is a bug of ours. */
export function toDomainError(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  if (thrown instanceof z.ZodError) return fromZod(thrown);
  return fromHttpError(thrown) ?? fromConstraint(thrown) ?? fromOutage(thrown);
}

/** Koa's parts throw errors with a status; `expose` marks those that are the caller's doing. */
function fromHttpError(thrown: unknown): DomainError | undefined {
  const { status, expose } = (thrown ?? {}) as { status?: number; expose?: boolean };
  if (!expose || status === undefined) return undefined;
  // 403 is a path that leads out of the served folder: no need to say that there is something.
  return status === 404 || status === 403
    ? new DomainError('not_found', 'There is nothing here', { cause: thrown })
    : new DomainError('invalid_request', 'The request is not valid', { cause: thrown });
}

// Named constraints that a caller can run into; the others guard against bugs of ours.
const constraintErrors: Record<string, [ErrorCode, string]> = {
  pool_never_negative: ['insufficient_balance', 'The balance does not cover this'],
  orders_idempotency_key: ['idempotency_key_reused', 'This Idempotency-Key belongs to another request'],
};
const UNSTORABLE_TEXT = '22021';

function fromConstraint(thrown: unknown): DomainError | undefined {
  const { constraint, code } = (thrown ?? {}) as { constraint?: string; code?: unknown };
  const known = constraint === undefined ? undefined : constraintErrors[constraint];
  if (known) return new DomainError(...known, { cause: thrown });
  if (code === UNSTORABLE_TEXT)
    return new DomainError('invalid_request', 'Text cannot contain a NUL character');
  return undefined;
}

function fromZod(error: z.ZodError): DomainError {
  const [issue] = error.issues;
  const param = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  const message = issue ? `${param ? `${param}: ` : ''}${issue.message}` : 'The request is not valid';
  return new DomainError('invalid_request', message, param ? { param } : {});
}

// SQLSTATE classes: 08 connection, 57P0x the server is stopping or starting, 53300 no connection left.
const databaseOutage = /^(08...|57P0[1-5]|53300)$/;
const networkOutage = /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT)$/;
const poolOutage =
  /Timeout acquiring a connection|Connection terminated|timeout exceeded when trying to connect/;
// gRPC status codes of Temporal's client.
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

function fromOutage(thrown: unknown): DomainError | undefined {
  for (const error of causesOf(thrown)) {
    const { code, message = '' } = error as { code?: unknown; message?: string };
    if ('details' in error && (code === UNAVAILABLE || code === DEADLINE_EXCEEDED))
      return new DomainError(
        'temporal_unavailable',
        'Orders cannot be worked on right now. Try again shortly.',
        {
          retryAfterSeconds: 5,
          cause: thrown,
        },
      );
    const text = typeof code === 'string' ? code : '';
    if (databaseOutage.test(text) || networkOutage.test(text) || poolOutage.test(message))
      return new DomainError('database_unavailable', 'The database does not answer. Try again shortly.', {
        retryAfterSeconds: 5,
        cause: thrown,
      });
  }
  return undefined;
}

/** The error and what caused it. Several failed connection attempts arrive as one error with a list. */
function causesOf(thrown: unknown, depth = 0): object[] {
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return [];
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  const inner = Array.isArray(errors) ? errors : [cause];
  return [thrown, ...inner.flatMap((one) => causesOf(one, depth + 1))];
}
