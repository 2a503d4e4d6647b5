import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Customer, Invoice, InvoiceLineItem, PaymentIntent, Subscription } from '../wire.ts';
import type { Period } from './periods.ts';
import { onlyItem } from './subscriptions.ts';

/** What Stripe writes on the bill for a period. `period_start` and `period_end` are those of the time before it. */
export function draftInvoice(
  simulator: Simulator,
  subscription: Subscription,
  intent: PaymentIntent,
  period: Period,
): Invoice {
  const id = newId('in');
  const { amount, currency } = intent;
  const isFirst = subscription.latest_invoice === null;
  return {
    ...unusedFields,
    ...customerFields(simulator, subscription.customer),
    id,
    object: 'invoice',
    amount_due: amount,
    amount_remaining: amount,
    billing_reason: isFirst ? 'subscription_create' : 'subscription_cycle',
    created: nowInSeconds(simulator),
    currency,
    lines: {
      object: 'list',
      data: [lineOf(id, subscription, amount, currency, period)],
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    number: newId('T', 8).slice(2).toUpperCase(),
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
    },
    period_start: isFirst ? period.start : onlyItem(subscription).current_period_start,
    period_end: period.start,
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
  };
}

function customerFields(simulator: Simulator, id: string) {
  const customer = simulator.objects.get<Customer>('customer', id);
  return {
    customer: id,
    customer_address: null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none' as const,
    customer_tax_ids: [],
  };
}

function lineOf(
  invoice: string,
  subscription: Subscription,
  amount: number,
  currency: string,
  period: Period,
): InvoiceLineItem {
  const item = onlyItem(subscription);
  return {
    id: newId('il'),
    object: 'line_item',
    amount,
    currency,
    description: subscription.description,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: subscription.metadata,
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: null,
        subscription: subscription.id,
        subscription_item: item.id,
      },
    },
    period,
    pretax_credit_amounts: [],
    pricing: null,
    quantity: item.quantity ?? 1,
    quantity_decimal: null,
    subscription: subscription.id,
    subtotal: amount,
    taxes: [],
  };
}

const unusedFields = {
  account_country: 'US',
  account_name: 'Simulated shop',
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  collection_method: 'charge_automatically' as const,
  custom_fields: null,
  customer_account: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: null,
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  issuer: { type: 'self' as const },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  metadata: {},
  next_payment_attempt: null,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: 'draft' as const,
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
};
