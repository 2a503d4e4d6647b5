import Stripe from 'stripe';
import { DomainError } from '../../billing/errors.ts';
import type { ChargeFact, ChargeInput } from '../recurring.ts';
import { factOfIntent, isUntried, type ReadIntent, readIntent } from './charge-fact.ts';
import { isMissing, isRefusal } from './failures.ts';

// Our clock and Stripe's differ, and the first request may have waited in a queue.
const SEARCH_MARGIN_SECONDS = 3600;

export async function charge(stripe: Stripe, input: ChargeInput, live: boolean): Promise<ChargeFact> {
  try {
    const intent = await stripe.paymentIntents.create(intentOf(input), {
      idempotencyKey: `charge:${input.chargeId}`,
    });
    return factOfIntent(readIntent(intent));
  } catch (error) {
    return answerOf(error, input, live);
  }
}

function intentOf(input: ChargeInput): Stripe.PaymentIntentCreateParams {
  return {
    amount: Number(input.amountMinor),
    currency: input.currency.toLowerCase(),
    customer: input.customerRef,
    payment_method: input.methodRef,
    // Without it Stripe wants an address to send the customer to, for methods that leave the page.
    allowed_payment_method_types: ['card'],
    off_session: true,
    confirm: true,
    description: input.description,
    metadata: { charge_id: input.chargeId, account_id: input.accountId },
  };
}

/** A refusal of the bank, or of Stripe itself, is an answer. Anything else says nothing about the outcome. */
function answerOf(error: unknown, input: ChargeInput, live: boolean): ChargeFact {
  if (error instanceof Stripe.errors.StripeCardError || isRefusal(error)) {
    if (!error.payment_intent) return refusedBeforePayment(error, input, live);
    const intent = readIntent(error.payment_intent);
    return isUntried(intent)
      ? { ...factOfIntent(intent), declineCode: refusalCode(error) }
      : factOfIntent(intent);
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    // The charge was sent before, with other words: what became of it has to be looked up.
    throw new DomainError('provider_unavailable', 'This charge was sent before; ask what became of it', {
      cause: new Error('Stripe: idempotency_error'),
    });
  }
  throw error;
}

function refusedBeforePayment(
  error: InstanceType<typeof Stripe.errors.StripeError>,
  input: ChargeInput,
  live: boolean,
): ChargeFact {
  return {
    provider: 'stripe',
    chargeId: input.chargeId,
    paymentRef: undefined,
    status: error.code === 'authentication_required' ? 'needs_authentication' : 'declined',
    declineCode: refusalCode(error),
    currency: input.currency,
    amountMinor: input.amountMinor,
    live,
  };
}

function refusalCode(error: InstanceType<typeof Stripe.errors.StripeError>): string {
  const { code, param } = error;
  if (param === 'customer' || param === 'payment_method') {
    return code === 'resource_missing' ? `${param}_missing` : `${param}_unusable`;
  }
  return error.decline_code ?? code ?? 'invalid_request';
}

export async function findCharge(stripe: Stripe, input: ChargeInput): Promise<ChargeFact | undefined> {
  const found = await findIntent(stripe, input);
  if (found === undefined) return undefined;
  if (!isUntried(found)) return factOfIntent(found);
  // It could still be tried by a request that is on its way. Cancelled, it is over for certain; Stripe refuses to
  // cancel what has moved on meanwhile, and then the next question is answered.
  return factOfIntent(readIntent(await cancel(stripe, found.id)));
}

async function findIntent(stripe: Stripe, input: ChargeInput): Promise<ReadIntent | undefined> {
  const since = Math.floor(input.requestedAt.getTime() / 1000) - SEARCH_MARGIN_SECONDS;
  const query = { customer: input.customerRef, created: { gte: since }, limit: 100 };
  try {
    for await (const intent of stripe.paymentIntents.list(query)) {
      if (intent.metadata.charge_id === input.chargeId) return readIntent(intent);
    }
  } catch (error) {
    // Who never existed was never charged.
    if (!isMissing(error)) throw error;
  }
  return undefined;
}

async function cancel(stripe: Stripe, intentId: string): Promise<unknown> {
  try {
    return await stripe.paymentIntents.cancel(intentId);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new DomainError('provider_unavailable', 'This charge is being made; ask again', {
      retryAfterSeconds: 10,
    });
  }
}
