import { recordEvent } from '../events.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Charge, LastPaymentError, PaymentIntent, PaymentMethod } from '../wire.ts';
import { chargeFee, recordBalance } from './balance-transactions.ts';
import { type Decline, genericDecline } from './cards.ts';
import { approved, declined, newCharge } from './charges.ts';

/** The bank says yes at once. */
export function succeed(simulator: Simulator, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const charge = newCharge(simulator, intent, method, {
    status: 'succeeded',
    paid: true,
    outcome: approved,
  });
  charge.balance_transaction = recordBalance(
    simulator,
    charge,
    'charge',
    charge.amount,
    chargeFee(charge.amount),
  );
  simulator.objects.insert(charge);
  recordEvent(simulator, 'charge.succeeded', charge);
  return markSucceeded(simulator, intent, charge);
}

/** The bank says no; the same payment intent can be tried again with another method. */
export function fail(
  simulator: Simulator,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
): PaymentIntent {
  const charge = simulator.objects.insert<Charge>({
    ...newCharge(simulator, intent, method, { status: 'failed', paid: false, outcome: declined(decline) }),
    failure_code: decline.code,
    failure_message: decline.message,
  });
  recordEvent(simulator, 'charge.failed', charge);
  return markFailed(simulator, intent, charge, method, decline);
}

/** The bank will say later: the buyer is done, the money is not there. */
export function begin(simulator: Simulator, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const charge = simulator.objects.insert<Charge>(
    newCharge(simulator, intent, method, { status: 'pending', paid: false, outcome: approved }),
  );
  recordEvent(simulator, 'charge.pending', charge);
  const processing = simulator.objects.replace<PaymentIntent>({
    ...intent,
    status: 'processing',
    payment_method: method.id,
    latest_charge: charge.id,
  });
  recordEvent(simulator, 'payment_intent.processing', processing);
  return processing;
}

/** The money of a payment that was begun arrives. */
export function settle(simulator: Simulator, intent: PaymentIntent): PaymentIntent {
  const pending = pendingCharge(simulator, intent);
  const charge = simulator.objects.replace<Charge>({
    ...pending,
    status: 'succeeded',
    paid: true,
    captured: true,
    amount_captured: pending.amount,
    balance_transaction: recordBalance(
      simulator,
      pending,
      'charge',
      pending.amount,
      chargeFee(pending.amount),
    ),
  });
  recordEvent(simulator, 'charge.succeeded', charge);
  return markSucceeded(simulator, intent, charge);
}

/** The bank refuses a payment that was begun. */
export function failLater(simulator: Simulator, intent: PaymentIntent): PaymentIntent {
  const charge = simulator.objects.replace<Charge>({
    ...pendingCharge(simulator, intent),
    status: 'failed',
    outcome: declined(genericDecline),
    failure_code: 'card_declined',
    failure_message: 'The bank refused the payment.',
  });
  const method = simulator.objects.get<PaymentMethod>('payment_method', charge.payment_method ?? '');
  recordEvent(simulator, 'charge.failed', charge);
  return markFailed(simulator, intent, charge, method, genericDecline);
}

function pendingCharge(simulator: Simulator, intent: PaymentIntent): Charge {
  if (intent.status !== 'processing') {
    throw invalidRequest(`${intent.id} is ${intent.status}, not processing.`);
  }
  return simulator.objects.get<Charge>('charge', intent.latest_charge ?? '');
}

function markSucceeded(simulator: Simulator, intent: PaymentIntent, charge: Charge): PaymentIntent {
  const succeeded = simulator.objects.replace<PaymentIntent>({
    ...intent,
    status: 'succeeded',
    amount_received: charge.amount,
    latest_charge: charge.id,
    payment_method: charge.payment_method,
    last_payment_error: null,
  });
  recordEvent(simulator, 'payment_intent.succeeded', succeeded);
  return succeeded;
}

function markFailed(
  simulator: Simulator,
  intent: PaymentIntent,
  charge: Charge,
  method: PaymentMethod,
  decline: Decline,
): PaymentIntent {
  const failed = simulator.objects.replace<PaymentIntent>({
    ...intent,
    status: 'requires_payment_method',
    latest_charge: charge.id,
    payment_method: null,
    last_payment_error: {
      type: 'card_error',
      charge: charge.id,
      code: decline.code,
      decline_code: decline.declineCode,
      message: decline.message,
      // Inside another object the SDK's type is the expanded one, which is what the wire carries.
      payment_method: method as LastPaymentError['payment_method'] & object,
    },
  });
  recordEvent(simulator, 'payment_intent.payment_failed', failed);
  return failed;
}
