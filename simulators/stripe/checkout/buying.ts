import { createPaymentIntent } from '../payments/payment-intents.ts';
import type { Buyer } from '../payments/payment-methods.ts';
import { createCustomer } from '../resources/customers.ts';
import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import type { Customer, PaymentIntent, Session } from '../wire.ts';
import { customerDetails, type SessionSecrets } from './session.ts';

/** What a test may change about a payment. With real Stripe the first two cannot happen. */
export interface PayOptions {
  amount?: number | undefined;
  currency?: string | undefined;
  /** The ending of a test card, e.g. `3184`. */
  card?: string | undefined;
  /** Pay although the session has expired: money that arrives late. */
  late?: boolean | undefined;
}

export interface Buying {
  session: Session;
  /** Absent where the total is zero. */
  intent: PaymentIntent | undefined;
  buyer: Buyer;
}

/** A buyer presses a button on an open page: the session gets its customer and its payment intent. */
export function startBuying(simulator: Simulator, id: string, options: PayOptions = {}): Buying {
  const stored = simulator.objects.get<Session>('checkout.session', id);
  if (stored.status !== 'open' && !(options.late === true && stored.status === 'expired')) {
    throw invalidRequest(`This Checkout Session is not open: its status is \`${stored.status}\`.`);
  }
  if (stored.mode === 'setup') throw invalidRequest('Nothing has to be paid on this Checkout Session.');
  const secrets = simulator.objects.hidden(id) as SessionSecrets;
  const session = { ...stored, ...changedAmount(stored, options) };
  const buyer = identifyBuyer(simulator, session, secrets.paymentIntentData.setup_future_usage !== undefined);
  session.customer = buyer.customer;
  session.customer_details = customerDetails(buyer.email, buyer.name);
  if (session.amount_total === 0) return { session, buyer, intent: undefined };
  const intent = intentOf(simulator, session, secrets);
  if (session.mode === 'subscription') simulator.objects.hide(id, { attempt: intent.id });
  else session.payment_intent = intent.id;
  return { session, buyer, intent };
}

function changedAmount(session: Session, { amount, currency }: PayOptions): Partial<Session> {
  return {
    amount_total: amount ?? session.amount_total,
    amount_subtotal: amount ?? session.amount_subtotal,
    currency: currency ?? session.currency,
  };
}

export function identifyBuyer(simulator: Simulator, session: Session, saveCard: boolean): Buyer {
  const name = 'Simulated Buyer';
  if (session.customer !== null) {
    const customer = simulator.objects.get<Customer>('customer', session.customer);
    return { customer: customer.id, email: customer.email, name: customer.name ?? name };
  }
  const email = session.customer_email ?? 'buyer@example.com';
  if (!saveCard && session.customer_creation !== 'always') return { customer: null, email, name };
  return { customer: createCustomer(simulator, { email, name }).id, email, name };
}

function intentOf(simulator: Simulator, session: Session, secrets: SessionSecrets): PaymentIntent {
  const { amount_total, currency } = session;
  if (amount_total === null || currency === null) throw new Error(`${session.id} has no amount`);
  const earlier = simulator.objects.find<PaymentIntent>(
    'payment_intent',
    session.payment_intent ?? secrets.attempt ?? '',
  );
  // Cancelled with its session: money that arrives late arrives on a payment of its own.
  if (earlier !== undefined && earlier.status !== 'canceled') {
    return simulator.objects.replace<PaymentIntent>({ ...earlier, amount: amount_total, currency });
  }
  const data =
    session.mode === 'subscription'
      ? { description: 'Subscription creation', setup_future_usage: 'off_session' as const }
      : secrets.paymentIntentData;
  return createPaymentIntent(simulator, {
    amount: amount_total,
    currency,
    customer: session.customer,
    description: data.description ?? null,
    metadata: data.metadata ?? {},
    receiptEmail: data.receipt_email ?? null,
    setupFutureUsage: data.setup_future_usage ?? null,
    paymentMethodTypes: session.payment_method_types,
  });
}
