import type { LineItem, Recurrence } from '../checkout/line-items.ts';
import { recordEvent } from '../events.ts';
import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { resourceMissing } from '../stripe-error.ts';
import type { Metadata, Subscription, SubscriptionItem } from '../wire.ts';
import { type Period, periodFrom } from './periods.ts';

export interface SubscriptionInput {
  customer: string;
  defaultPaymentMethod: string | null;
  description: string | null;
  line: LineItem;
  metadata: Metadata;
}

/** A subscription whose first period begins now. */
export function createSubscription(simulator: Simulator, input: SubscriptionInput): Subscription {
  const now = nowInSeconds(simulator);
  const id = newId('sub');
  const { line } = input;
  const period = periodFrom(now, now, line.price.recurring as Recurrence);
  const subscription = simulator.objects.insert<Subscription>({
    ...unusedFields,
    id,
    object: 'subscription',
    billing_cycle_anchor: now,
    created: now,
    currency: line.currency,
    customer: input.customer,
    default_payment_method: input.defaultPaymentMethod,
    description: input.description,
    items: {
      object: 'list',
      data: [itemOf(id, line, period, now)],
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    metadata: input.metadata,
    start_date: now,
    status: 'active',
  });
  recordEvent(simulator, 'customer.subscription.created', subscription);
  return subscription;
}

function itemOf(subscription: string, line: LineItem, period: Period, now: number): SubscriptionItem {
  return {
    id: newId('si', 14),
    object: 'subscription_item',
    billing_thresholds: null,
    created: now,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    // The old name of a price, which nothing here reads.
    plan: { id: line.price.id, object: 'plan' } as SubscriptionItem['plan'],
    price: line.price as unknown as SubscriptionItem['price'],
    quantity: line.quantity,
    subscription,
    tax_rates: [],
  };
}

/** The only item: this simulator makes no subscriptions with several. */
export function onlyItem(subscription: Subscription): SubscriptionItem {
  const [item] = subscription.items.data;
  if (item === undefined) throw new Error(`${subscription.id} has no item`);
  return item;
}

export type SubscriptionChanges = Partial<Subscription>;

export function updateSubscription(
  simulator: Simulator,
  subscription: Subscription,
  changes: SubscriptionChanges,
): Subscription {
  const changed = simulator.objects.replace<Subscription>({ ...subscription, ...changes });
  const previous = Object.fromEntries(
    Object.keys(changes).map((key) => [key, subscription[key as keyof Subscription]]),
  );
  recordEvent(simulator, 'customer.subscription.updated', changed, previous);
  return changed;
}

/** Ends it at once. Stripe then speaks of it as if it had never existed, except to those who read it. */
export function endSubscription(simulator: Simulator, id: string): Subscription {
  const subscription = simulator.objects.get<Subscription>('subscription', id);
  if (subscription.status === 'canceled') throw resourceMissing('subscription', id);
  const now = nowInSeconds(simulator);
  const ended = simulator.objects.replace<Subscription>({
    ...subscription,
    canceled_at: subscription.canceled_at ?? now,
    ended_at: now,
    status: 'canceled',
  });
  recordEvent(simulator, 'customer.subscription.deleted', ended);
  return ended;
}

const unusedFields = {
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: null, type: 'classic' as const },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: null,
  collection_method: 'charge_automatically' as const,
  customer_account: null,
  days_until_due: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' as const },
  },
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: null,
  trial_start: null,
};
