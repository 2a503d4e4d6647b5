import type { SessionSecrets } from '../checkout/session.ts';
import type { Simulator } from '../simulator.ts';
import type { PaymentIntent, Session, Subscription } from '../wire.ts';
import { markPaid, openInvoice } from './invoices.ts';
import { createSubscription, onlyItem } from './subscriptions.ts';

/** The paid page of a subscription: it begins, and its first invoice is settled by the payment that was just made. */
export function beginSubscription(simulator: Simulator, session: Session, paid: PaymentIntent): Session {
  const { lineItems, subscriptionData } = simulator.objects.hidden(session.id) as SessionSecrets;
  const [line] = lineItems;
  if (session.customer === null || line === undefined) throw new Error(`${session.id} sells no subscription`);
  const subscription = createSubscription(simulator, {
    customer: session.customer,
    defaultPaymentMethod: paid.payment_method,
    description: subscriptionData.description ?? null,
    line,
    metadata: subscriptionData.metadata ?? {},
  });
  const { current_period_start: start, current_period_end: end } = onlyItem(subscription);
  const invoice = markPaid(simulator, openInvoice(simulator, subscription, paid, { start, end }));
  simulator.objects.replace<Subscription>({ ...subscription, latest_invoice: invoice.id });
  return { ...session, subscription: subscription.id, invoice: invoice.id };
}
