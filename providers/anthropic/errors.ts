const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

interface KnownError {
  status: number;
  code: string;
  message: string;
}

/** An error as Anthropic's clients read it. */
export function anthropicErrorBody({ status, code, message }: KnownError, traceId: string): string {
  const type = code === 'insufficient_balance' ? 'billing_error' : typeOf(status);
  return JSON.stringify({ type: 'error', error: { type, message, code }, request_id: traceId });
}

function typeOf(status: number): string {
  return types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}
