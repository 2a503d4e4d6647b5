import Stripe from 'stripe';
import { DomainError } from '../../billing/errors.ts';
import type { RefundFact, RefundInput, Refunds } from '../refunds.ts';
import { asking, isMissing, isRefusal } from './failures.ts';
import { factOfRefund } from './refund-fact.ts';

// Our clock and Stripe's differ, and the first request may have waited in a queue.
const SEARCH_MARGIN_SECONDS = 3600;

/** Refunds through Stripe, of whatever was paid there. */
export function stripeRefunds(stripe: Stripe, live: boolean): Refunds {
  return {
    refund: (input) => asking(() => refund(stripe, input, live)),
    findRefund: (input) => asking(() => findRefund(stripe, input, live)),
  };
}

async function refund(stripe: Stripe, input: RefundInput, live: boolean): Promise<RefundFact> {
  const { refundId, amountMinor, reason } = input;
  const payment_intent = await intentOf(stripe, input.paymentRef);
  try {
    const made = await stripe.refunds.create(
      { payment_intent, amount: Number(amountMinor), reason, metadata: { refund_id: refundId } },
      { idempotencyKey: `refund:${refundId}` },
    );
    return factOfRefund(made, live);
  } catch (error) {
    return answerOf(error, input, live);
  }
}

/** Stripe's refusal is an answer. Anything else says nothing about the outcome. */
function answerOf(error: unknown, input: RefundInput, live: boolean): RefundFact {
  if (error instanceof Stripe.errors.StripeIdempotencyError)
    throw new DomainError('provider_unavailable', 'This refund was sent before; ask what became of it', {
      cause: new Error('Stripe: idempotency_error'),
    });
  if (!isRefusal(error)) throw error;
  return {
    provider: 'stripe',
    refundId: input.refundId,
    refundRef: undefined,
    status: isGoneAlready(error) ? 'refused' : 'failed',
    failureCode: error.code ?? error.param ?? 'invalid_request',
    currency: input.currency,
    amountMinor: input.amountMinor,
    live,
  };
}

/** Refunded or disputed already, or less is left of the payment than was asked for. */
function isGoneAlready({ code, param }: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return code === 'charge_already_refunded' || code === 'charge_disputed' || param === 'amount';
}

async function findRefund(
  stripe: Stripe,
  input: RefundInput,
  live: boolean,
): Promise<RefundFact | undefined> {
  const payment_intent = await intentOf(stripe, input.paymentRef);
  const since = Math.floor(input.requestedAt.getTime() / 1000) - SEARCH_MARGIN_SECONDS;
  try {
    for await (const made of stripe.refunds.list({ payment_intent, created: { gte: since }, limit: 100 }))
      if (made.metadata?.refund_id === input.refundId) return factOfRefund(made, live);
  } catch (error) {
    // What was never paid was never paid back.
    if (!isMissing(error)) throw error;
  }
  return undefined;
}

/** A provider-run subscription's payment is known by its invoice. */
async function intentOf(stripe: Stripe, paymentRef: string): Promise<string> {
  if (!paymentRef.startsWith('in_')) return paymentRef;
  const { payments } = await stripe.invoices.retrieve(paymentRef, { expand: ['payments'] });
  const paid = payments?.data.find(({ status }) => status === 'paid')?.payment.payment_intent;
  if (!paid) throw new DomainError('method_not_available', 'Stripe knows no payment of this invoice');
  return typeof paid === 'string' ? paid : paid.id;
}
