import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Invoice, InvoicePayment, PaymentIntent, Subscription } from '../wire.ts';
import { draftInvoice } from './invoice-shape.ts';
import type { Period } from './periods.ts';

/** The bill for one period, and the payment that is to settle it. */
export function openInvoice(
  simulator: Simulator,
  subscription: Subscription,
  intent: PaymentIntent,
  period: Period,
): Invoice {
  const invoice = simulator.objects.insert(draftInvoice(simulator, subscription, intent, period));
  recordEvent(simulator, 'invoice.created', invoice);
  const open = simulator.objects.replace<Invoice>({
    ...invoice,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: nowInSeconds(simulator) },
  });
  recordEvent(simulator, 'invoice.finalized', open);
  simulator.objects.insert<InvoicePayment>({
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: open.amount_due,
    created: nowInSeconds(simulator),
    currency: open.currency,
    invoice: open.id,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
  return open;
}

export function paymentOf(simulator: Simulator, invoice: Invoice): InvoicePayment {
  const filter = { invoice: invoice.id };
  const [payment] = simulator.objects.page<InvoicePayment>('invoice_payment', filter, { limit: 1 });
  if (payment === undefined) throw new Error(`${invoice.id} has no payment`);
  return payment;
}

export function markPaid(simulator: Simulator, invoice: Invoice): Invoice {
  const now = nowInSeconds(simulator);
  const payment = paymentOf(simulator, invoice);
  simulator.objects.replace<InvoicePayment>({
    ...payment,
    amount_paid: invoice.amount_due,
    status: 'paid',
    status_transitions: { ...payment.status_transitions, paid_at: now },
  });
  const paid = simulator.objects.replace<Invoice>({
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: now },
  });
  recordEvent(simulator, 'invoice.paid', paid);
  recordEvent(simulator, 'invoice.payment_succeeded', paid);
  return paid;
}

/** `nextAttempt`: when it is tried again, `null` after the last try. */
export function markFailed(simulator: Simulator, invoice: Invoice, nextAttempt: number | null): Invoice {
  const failed = simulator.objects.replace<Invoice>({
    ...invoice,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: nextAttempt,
  });
  recordEvent(simulator, 'invoice.payment_failed', failed);
  return failed;
}
