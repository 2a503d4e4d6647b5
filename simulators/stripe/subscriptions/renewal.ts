import { z } from 'zod';
import type { Recurrence } from '../checkout/line-items.ts';
import { fail, succeed } from '../payments/attempts.ts';
import { type BankAnswer, genericDecline } from '../payments/cards.ts';
import { createPaymentIntent } from '../payments/payment-intents.ts';
import { answerOffSession } from '../payments/payment-methods.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Invoice, PaymentIntent, PaymentMethod, Subscription } from '../wire.ts';
import { markFailed, markPaid, openInvoice, paymentOf } from './invoices.ts';
import { type Period, periodFrom } from './periods.ts';
import { endSubscription, onlyItem, updateSubscription } from './subscriptions.ts';

export const attemptOptions = z.strictObject({
  /** What the bank says; what the card says where nothing is given. */
  outcome: z.enum(['paid', 'declined']).optional(),
  /** No further try follows a refusal. */
  last_try: z.boolean().default(false),
});
export const renewalOptions = attemptOptions.extend({
  /** Seconds since 1970; the end of the current period where nothing is given. */
  period_start: z.int().positive().optional(),
});
type AttemptOptions = z.output<typeof attemptOptions>;

const retryAfterSeconds = 3 * 86_400;

/** The provider bills the next period now. One that was to end with its period ends instead. */
export function chargePeriod(
  simulator: Simulator,
  id: string,
  options: z.output<typeof renewalOptions>,
): Subscription {
  const subscription = simulator.objects.get<Subscription>('subscription', id);
  if (subscription.status === 'canceled') throw invalidRequest(`Subscription ${id} has ended.`);
  if (subscription.cancel_at_period_end) return endSubscription(simulator, id);
  const item = onlyItem(subscription);
  const start = options.period_start ?? item.current_period_end;
  const period = periodFrom(start, subscription.billing_cycle_anchor, item.price.recurring as Recurrence);
  const intent = renewalIntent(simulator, subscription);
  const invoice = openInvoice(simulator, subscription, intent, period);
  const moved = movedTo(simulator, subscription, invoice, period);
  attempt(simulator, moved, invoice, options);
  return simulator.objects.get<Subscription>('subscription', id);
}

function renewalIntent(simulator: Simulator, subscription: Subscription): PaymentIntent {
  const { price, quantity } = onlyItem(subscription);
  return createPaymentIntent(simulator, {
    amount: (price.unit_amount ?? 0) * (quantity ?? 1),
    currency: subscription.currency,
    customer: subscription.customer,
    description: 'Subscription update',
    metadata: {},
    receiptEmail: null,
    setupFutureUsage: 'off_session',
    paymentMethodTypes: ['card'],
  });
}

function movedTo(
  simulator: Simulator,
  subscription: Subscription,
  invoice: Invoice,
  period: Period,
): Subscription {
  const item = {
    ...onlyItem(subscription),
    current_period_start: period.start,
    current_period_end: period.end,
  };
  const items = { ...subscription.items, data: [item] };
  return updateSubscription(simulator, subscription, { items, latest_invoice: invoice.id });
}

/** The provider tries an unpaid invoice again. */
export function retryInvoice(simulator: Simulator, id: string, options: AttemptOptions): Invoice {
  const invoice = simulator.objects.get<Invoice>('invoice', id);
  if (invoice.status !== 'open') throw invalidRequest(`Invoice ${id} is ${invoice.status}, not open.`);
  const subscription = simulator.objects.get<Subscription>(
    'subscription',
    invoice.parent?.subscription_details?.subscription as string,
  );
  return attempt(simulator, subscription, invoice, options);
}

function attempt(
  simulator: Simulator,
  subscription: Subscription,
  invoice: Invoice,
  options: AttemptOptions,
): Invoice {
  const { payment_intent } = paymentOf(simulator, invoice).payment;
  const intent = simulator.objects.get<PaymentIntent>('payment_intent', payment_intent as string);
  const method = simulator.objects.get<PaymentMethod>(
    'payment_method',
    subscription.default_payment_method ?? '',
  );
  const answer = bankAnswer(simulator, method, options.outcome);
  if (answer === 'ok' || answer === 'processing') {
    succeed(simulator, intent, method);
    if (subscription.status !== 'active') updateSubscription(simulator, subscription, { status: 'active' });
    return markPaid(simulator, invoice);
  }
  fail(simulator, intent, method, answer);
  if (subscription.status !== 'past_due') updateSubscription(simulator, subscription, { status: 'past_due' });
  const next = options.last_try ? null : nowInSeconds(simulator) + retryAfterSeconds;
  return markFailed(simulator, invoice, next);
}

function bankAnswer(
  simulator: Simulator,
  method: PaymentMethod,
  outcome: AttemptOptions['outcome'],
): BankAnswer {
  if (outcome === 'paid') return 'ok';
  return outcome === 'declined' ? genericDecline : answerOffSession(simulator, method);
}
