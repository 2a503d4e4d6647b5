import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, type ErrorCode } from '../billing/errors.ts';
import { httpStatus } from '../http/errors.ts';
import { anthropicErrorBody } from '../providers/anthropic/errors.ts';

/** An error as callers read it, in the words of OpenAI. */
export interface WireError {
  status: number;
  code: string;
  type: string;
  message: string;
  param: string | undefined;
  retryAfterSeconds: number | undefined;
  resetsAtMs?: number | undefined;
}

const typesByStatus: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'invalid_request_error',
  405: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
};

export function wireErrorOf(error: DomainError): WireError {
  const status = httpStatus[error.code];
  return {
    status,
    code: error.code,
    type: typeOf(error.code, status),
    message: error.message,
    param: error.param,
    retryAfterSeconds: error.retryAfterSeconds,
    resetsAtMs: error.resetsAtMs,
  };
}

export function internalError(): WireError {
  return wireErrorOf(new DomainError('internal_error', 'Something failed on our side. Quote the trace id.'));
}

/** The body in OpenAI's shape. */
export function errorBody(error: WireError, traceId: string): string {
  const { message, type, code, param } = error;
  return JSON.stringify({ error: { message, type, param: param ?? null, code, trace_id: traceId } });
}

/** As the last event of a stream: clients raise it. */
export function errorEvent({ req }: ServerResponse, error: WireError, traceId: string): string {
  if (!speaksAnthropic(req)) return `data: ${errorBody(error, traceId)}\n\n`;
  return `event: error\ndata: ${anthropicErrorBody(error, traceId)}\n\n`;
}

export function speaksAnthropic({ url }: IncomingMessage): boolean {
  return url !== undefined && /^\/v1\/messages(?:[/?]|$)/.test(url);
}

export function sendError(res: ServerResponse, error: WireError, traceId: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const anthropic = speaksAnthropic(res.req);
  const body = anthropic ? anthropicErrorBody(error, traceId) : errorBody(error, traceId);
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': traceId,
  };
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = error.retryAfterSeconds;
  if (error.resetsAtMs !== undefined) headers['x-ratelimit-reset'] = Math.ceil(error.resetsAtMs / 1000);
  res.writeHead(error.status, headers).end(body);
}

// A lack of money never reads as a rate limit or a missing right, nor the reverse.
function typeOf(code: ErrorCode, status: number): string {
  if (code === 'insufficient_balance') return 'billing_error';
  return typesByStatus[status] ?? 'server_error';
}
