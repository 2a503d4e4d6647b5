import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Metadata, PaymentIntent } from '../wire.ts';

export interface PaymentIntentInput {
  amount: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Metadata;
  receiptEmail: string | null;
  setupFutureUsage: PaymentIntent['setup_future_usage'];
  paymentMethodTypes: string[];
}

/** A payment that nobody has tried to make yet. */
export function createPaymentIntent(simulator: Simulator, input: PaymentIntentInput): PaymentIntent {
  const id = newId('pi');
  const intent: PaymentIntent = {
    ...unusedFields,
    id,
    object: 'payment_intent',
    amount: input.amount,
    amount_capturable: 0,
    amount_received: 0,
    capture_method: 'automatic_async',
    client_secret: newId(`${id}_secret`),
    confirmation_method: 'automatic',
    created: nowInSeconds(simulator),
    currency: input.currency,
    customer: input.customer,
    description: input.description,
    livemode: false,
    metadata: input.metadata,
    payment_method_types: input.paymentMethodTypes,
    receipt_email: input.receiptEmail,
    setup_future_usage: input.setupFutureUsage,
    status: 'requires_payment_method',
  };
  simulator.objects.insert(intent);
  recordEvent(simulator, 'payment_intent.created', intent);
  return intent;
}

const unusedFields = {
  allowed_payment_method_types: null,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  customer_account: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_record: null,
  processing: null,
  review: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_group: null,
};

/** Ends a payment that was not made. */
export function cancelPaymentIntent(
  simulator: Simulator,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  const canceled = simulator.objects.replace<PaymentIntent>({
    ...intent,
    status: 'canceled',
    canceled_at: nowInSeconds(simulator),
    cancellation_reason: reason,
  });
  recordEvent(simulator, 'payment_intent.canceled', canceled);
  return canceled;
}
