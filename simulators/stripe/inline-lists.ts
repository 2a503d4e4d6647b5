import type { SessionSecrets } from './checkout/session.ts';
import type { Simulator } from './simulator.ts';
import type { InvoicePayment, List, Refund, Session, StripeObject } from './wire.ts';

export function sessionLines(simulator: Simulator, id: string, limit = 10): List<object> {
  simulator.objects.get<Session>('checkout.session', id);
  const { lineItems } = simulator.objects.hidden(id) as SessionSecrets;
  const data = lineItems.slice(0, limit);
  const url = `/v1/checkout/sessions/${id}/line_items`;
  return { object: 'list', data, has_more: lineItems.length > limit, url };
}

function chargeRefunds(simulator: Simulator, charge: string): List<Refund> {
  const data = simulator.objects.page<Refund>('refund', { charge }, { limit: 10 });
  const url = `/v1/charges/${charge}/refunds`;
  return { object: 'list', data: data.slice(0, 10), has_more: data.length > 10, url };
}

function invoicePayments(simulator: Simulator, invoice: string): List<InvoicePayment> {
  const data = simulator.objects.page<InvoicePayment>('invoice_payment', { invoice }, { limit: 10 });
  const url = `/v1/invoice_payments?invoice=${invoice}`;
  return { object: 'list', data: data.slice(0, 10), has_more: data.length > 10, url };
}

/** Lists that an object only carries where the caller asked to expand them. */
export function inlineList(simulator: Simulator, owner: StripeObject, key: string): object | undefined {
  if (owner.object === 'checkout.session' && key === 'line_items') return sessionLines(simulator, owner.id);
  if (owner.object === 'charge' && key === 'refunds') return chargeRefunds(simulator, owner.id);
  if (owner.object === 'invoice' && key === 'payments') return invoicePayments(simulator, owner.id);
  return undefined;
}
