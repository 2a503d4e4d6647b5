import Stripe from 'stripe';
import { DomainError } from '../../billing/errors.ts';

/**
 * Turns a failure of Stripe's into ours. Stripe's own message stays out of it: it can name a part of the key.
 * Unknown outcomes (time-outs, 5xx, 409, 429) are `provider_unavailable`: asked again under the same key.
 */
export function toDomainError(error: unknown): unknown {
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

/** Our key or our request is wrong. 409 is a request with the same key in flight, which Stripe reports as 400's class too. */
function willNeverWork(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  if (error.statusCode === 409 || error.statusCode === 429) return false;
  return (
    error instanceof Stripe.errors.StripeInvalidRequestError ||
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError ||
    error instanceof Stripe.errors.StripeIdempotencyError
  );
}
