import Stripe from 'stripe';
import { DomainError } from '../../billing/errors.ts';

type Refusal = InstanceType<typeof Stripe.errors.StripeInvalidRequestError>;

/** Runs requests to Stripe; what fails becomes ours. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw toDomainError(error);
  }
}

/**
 * Turns a failure of Stripe's into ours. Stripe's own message stays out of it: it can name a part of the key.
 * Unknown outcomes (time-outs, 5xx, 409, 429) are `provider_unavailable`: asked again under the same key.
 */
function toDomainError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { requestId, statusCode } = error;
  const cause = new Error(
    `Stripe: ${error.type} ${error.code ?? ''} ${statusCode ?? ''} ${requestId ?? ''}`.trim(),
  );
  return willNeverWork(error)
    ? new DomainError('method_not_available', 'Card payments are not available at the moment', { cause })
    : new DomainError('provider_unavailable', 'The payment provider does not answer at the moment', {
        cause,
        retryAfterSeconds: 10,
      });
}

/** Our key or our request is wrong. */
function willNeverWork(error: unknown): boolean {
  return (
    isRefusal(error) ||
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError ||
    error instanceof Stripe.errors.StripeIdempotencyError
  );
}

/**
 * Stripe understood the request and says that it cannot be done; certain. A request with the same key in flight
 * (409) or too many of them (429) is not that.
 */
export function isRefusal(error: unknown): error is Refusal {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return false;
  return error.statusCode !== 409 && error.statusCode !== 429;
}

export function isMissing(error: unknown): error is Refusal {
  return isRefusal(error) && error.code === 'resource_missing';
}
