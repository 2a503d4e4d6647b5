import { DomainError } from '../billing/errors.ts';
import type { UpstreamRefusal } from '../providers/openai/errors.ts';
import { type WireError, wireErrorOf } from './errors.ts';
import { CallTooLong } from './hang-up.ts';

const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** The caller's answer when the upstream did not answer. What it said stays in our log. */
export function failureError(cause: unknown): WireError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof CallTooLong || timeouts.has(code))
    return wireErrorOf(new DomainError('upstream_timeout', 'The model took too long. Nothing was charged.'));
  return wireErrorOf(new DomainError('upstream_failed', 'The model could not answer. Nothing was charged.'));
}

/** The caller's answer when the upstream refused. */
export function refusalError(refusal: UpstreamRefusal): WireError {
  if (refusal.kind === 'failed') return failureError(undefined);
  if (refusal.kind === 'invalid') {
    const { status, message, type, param, code } = refusal;
    return { status, message, type, param, code: code ?? 'invalid_request', retryAfterSeconds: undefined };
  }
  const message =
    "The model's provider has no room right now. Your own limits and balance are not touched; try again shortly.";
  const retryAfterSeconds = refusal.retryAfterSeconds ?? 1;
  return wireErrorOf(new DomainError('upstream_rate_limited', message, { retryAfterSeconds }));
}

export function nobodyServes(): WireError {
  return wireErrorOf(new DomainError('upstream_failed', 'No upstream serves this model at the moment.'));
}
