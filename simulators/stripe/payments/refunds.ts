import { recordEvent } from '../events.ts';
import { takeFault } from '../fault-store.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Charge, Metadata, PaymentIntent, Refund } from '../wire.ts';
import { recordBalance } from './balance-transactions.ts';

export interface RefundInput {
  charge?: string | undefined;
  payment_intent?: string | undefined;
  amount?: number | undefined;
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer' | undefined;
  metadata: Metadata;
}

/** Sends money back. Cumulative: a charge is `refunded` only when nothing of it is left. */
export function createRefund(simulator: Simulator, input: RefundInput): Refund {
  const charge = chargeToRefund(simulator, input);
  const left = charge.amount - charge.amount_refunded;
  checkRefundable(charge, left, input.amount);
  const pending = takeFault(simulator.database, 'refund_pending') !== undefined;
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    amount: input.amount ?? left,
    balance_transaction: null,
    charge: charge.id,
    created: nowInSeconds(simulator),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: input.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: input.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
  refund.balance_transaction = recordBalance(simulator, refund, 'refund', -refund.amount);
  simulator.objects.insert(refund);
  const changed = changeRefunded(simulator, charge, refund.amount);
  recordEvent(simulator, 'charge.refunded', changed, { amount_refunded: charge.amount_refunded });
  recordEvent(simulator, 'refund.created', refund);
  return refund;
}

function chargeToRefund(simulator: Simulator, { charge, payment_intent }: RefundInput): Charge {
  if (charge !== undefined) return simulator.objects.get<Charge>('charge', charge, 'charge');
  if (payment_intent === undefined) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  const intent = simulator.objects.get<PaymentIntent>('payment_intent', payment_intent, 'payment_intent');
  const found = simulator.objects.find<Charge>('charge', intent.latest_charge ?? '');
  if (found !== undefined) return found;
  throw invalidRequest(`The PaymentIntent ${payment_intent} does not have a successful charge to refund.`, {
    param: 'payment_intent',
  });
}

function checkRefundable(charge: Charge, left: number, asked: number | undefined): void {
  if (charge.status !== 'succeeded') {
    throw invalidRequest(`Charge ${charge.id} is not refundable: its status is ${charge.status}.`, {
      param: 'charge',
    });
  }
  if (charge.disputed) {
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  if (asked !== undefined && (asked < 1 || asked > left)) {
    const message = `Refund amount (${asked}) must be at least 1 and at most the unrefunded amount of the charge (${left}).`;
    throw invalidRequest(message, { param: 'amount' });
  }
}

function changeRefunded(simulator: Simulator, charge: Charge, by: number): Charge {
  const amount_refunded = charge.amount_refunded + by;
  const refunded = amount_refunded === charge.amount;
  return simulator.objects.replace<Charge>({ ...charge, amount_refunded, refunded });
}

/** The bank accepts a refund that was pending. */
export function completeRefund(simulator: Simulator, id: string): Refund {
  const refund = simulator.objects.get<Refund>('refund', id);
  if (refund.status !== 'pending') throw invalidRequest(`Refund ${id} is ${refund.status}, not pending.`);
  const done = simulator.objects.replace<Refund>({ ...refund, status: 'succeeded' });
  recordEvent(simulator, 'refund.updated', done, { status: refund.status });
  return done;
}

/** The bank sends a refund back, which can happen days after it succeeded: the money is the merchant's again. */
export function failRefund(simulator: Simulator, id: string): Refund {
  const refund = simulator.objects.get<Refund>('refund', id);
  if (refund.status === 'failed') throw invalidRequest(`Refund ${id} has failed already.`);
  const failed = simulator.objects.replace<Refund>({
    ...refund,
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
    failure_balance_transaction: recordBalance(simulator, refund, 'refund', refund.amount),
  });
  const charge = simulator.objects.get<Charge>('charge', refund.charge ?? '');
  changeRefunded(simulator, charge, -refund.amount);
  recordEvent(simulator, 'refund.updated', failed, { status: refund.status });
  recordEvent(simulator, 'refund.failed', failed);
  return failed;
}
