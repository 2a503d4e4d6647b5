type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export interface StripeErrorDetails {
  code?: string | undefined;
  param?: string | undefined;
  [field: string]: unknown;
}

/** A refusal in the shape that every Stripe SDK understands. */
export class StripeError extends Error {
  readonly status: number;
  readonly type: ErrorType;
  readonly details: StripeErrorDetails;

  constructor(status: number, type: ErrorType, message: string, details: StripeErrorDetails = {}) {
    super(message);
    this.name = 'StripeError';
    this.status = status;
    this.type = type;
    this.details = details;
  }

  get body(): { error: object } {
    const { code } = this.details;
    const docs = code === undefined ? {} : { doc_url: docUrl(code) };
    return { error: { ...docs, ...this.details, message: this.message, type: this.type } };
  }
}

function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

export function invalidRequest(message: string, details: StripeErrorDetails = {}): StripeError {
  return new StripeError(400, 'invalid_request_error', message, details);
}

export function resourceMissing(kind: string, id: string, param = 'id'): StripeError {
  return new StripeError(404, 'invalid_request_error', `No such ${kind}: '${id}'`, {
    code: 'resource_missing',
    param,
  });
}
