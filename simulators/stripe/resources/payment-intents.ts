import { z } from 'zod';
import { checkAmount, checkCurrency } from '../checkout/currency.ts';
import { type Operation, operation } from '../operation.ts';
import { boolean, metadata, naturalNumber, text } from '../parameters.ts';
import { begin, fail, succeed } from '../payments/attempts.ts';
import { findCard } from '../payments/cards.ts';
import { cancelPaymentIntent, createPaymentIntent } from '../payments/payment-intents.ts';
import { answerOffSession, resolvePaymentMethod } from '../payments/payment-methods.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest, StripeError } from '../stripe-error.ts';
import type { Customer, PaymentIntent } from '../wire.ts';
import { list, retrieve } from './readers.ts';

const path = '/v1/payment_intents';
const kind = 'payment_intent';

const confirmParameters = {
  payment_method: text.optional(),
  off_session: z.union([boolean, z.enum(['one_off', 'recurring']).transform(() => true)]).optional(),
  error_on_requires_action: boolean.optional(),
  return_url: text.optional(),
};

const createParameters = z.strictObject({
  ...confirmParameters,
  amount: naturalNumber,
  currency: text,
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.default({}),
  receipt_email: text.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  automatic_payment_methods: z.unknown().optional(),
  allowed_payment_method_types: z.array(text).optional(),
  confirm: boolean.default(false),
});

function create(simulator: Simulator, parameters: z.output<typeof createParameters>): PaymentIntent {
  const currency = checkCurrency(parameters.currency, 'currency');
  checkAmount(parameters.amount, currency, 'amount');
  const { customer } = parameters;
  if (customer !== undefined) simulator.objects.get<Customer>('customer', customer, 'customer');
  if (parameters.off_session === true && !parameters.confirm) {
    throw invalidRequest('`off_session` can only be used with `confirm`.', { param: 'off_session' });
  }
  const intent = createPaymentIntent(simulator, {
    amount: parameters.amount,
    currency,
    customer: customer ?? null,
    description: parameters.description ?? null,
    metadata: parameters.metadata,
    receiptEmail: parameters.receipt_email ?? null,
    setupFutureUsage: parameters.setup_future_usage ?? null,
    paymentMethodTypes: parameters.allowed_payment_method_types ?? ['card'],
  });
  if (!parameters.confirm) return intent;
  return confirm(simulator, intent, parameters.payment_method, parameters.off_session ?? false);
}

/** Charges a saved card. A refusal is an answer with status 402, and what it changed stays. */
function confirm(
  simulator: Simulator,
  intent: PaymentIntent,
  methodId: string | undefined,
  offSession: boolean,
): PaymentIntent {
  if (intent.status !== 'requires_payment_method') {
    throw invalidRequest(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      {
        code: 'payment_intent_unexpected_state',
        payment_intent: intent,
      },
    );
  }
  if (methodId === undefined) {
    throw invalidRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
      payment_intent: intent,
    });
  }
  const method = resolvePaymentMethod(simulator, methodId, intent.customer);
  if (offSession && method.customer !== intent.customer) {
    throw invalidRequest('The payment method does not belong to the customer of this PaymentIntent.', {
      param: 'payment_method',
    });
  }
  const answer = offSession ? answerOffSession(simulator, method) : findCard(method.card?.last4).onSession;
  if (answer === 'ok') return succeed(simulator, intent, method);
  if (answer === 'processing') return begin(simulator, intent, method);
  const failed = fail(simulator, intent, method, answer);
  throw new StripeError(402, 'card_error', answer.message, {
    code: answer.code,
    decline_code: answer.declineCode,
    charge: failed.latest_charge,
    payment_intent: failed,
    payment_method: method,
  });
}

function cancel(simulator: Simulator, id: string, reason: PaymentIntent['cancellation_reason']) {
  const intent = simulator.objects.get<PaymentIntent>(kind, id);
  if (intent.status !== 'requires_payment_method') {
    const message = `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`;
    throw invalidRequest(message, { code: 'payment_intent_unexpected_state', payment_intent: intent });
  }
  const [session] = simulator.objects.page('checkout.session', { payment_intent: id }, { limit: 1 });
  if (session !== undefined) {
    throw invalidRequest(
      'You cannot cancel the PaymentIntent for a Checkout Session: expire the session instead.',
    );
  }
  return cancelPaymentIntent(simulator, intent, reason);
}

const cancelParameters = z.strictObject({
  cancellation_reason: z
    .enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'])
    .default('requested_by_customer'),
});

export const paymentIntentOperations: Operation[] = [
  operation('post', path, createParameters, (simulator, { parameters }) => create(simulator, parameters)),
  retrieve(path, kind, 'intent'),
  list(path, kind, ['customer']),
  operation(
    'post',
    `${path}/:id/confirm`,
    z.strictObject(confirmParameters),
    (simulator, { id, parameters }) => {
      const intent = simulator.objects.get<PaymentIntent>(kind, id, 'intent');
      return confirm(simulator, intent, parameters.payment_method, parameters.off_session ?? false);
    },
  ),
  operation('post', `${path}/:id/cancel`, cancelParameters, (simulator, { id, parameters }) =>
    cancel(simulator, id, parameters.cancellation_reason),
  ),
];
