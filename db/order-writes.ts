import { createHash } from 'node:crypto';
import type { AttentionReason, OrderKind, OrderStatus, ProviderName } from '../billing/orders.ts';
import type { Renewal, SubscriptionKind } from '../billing/subscriptions.ts';
import type { Transaction } from './connection.ts';

export interface NewOrder {
  id: string;
  number: string;
  accountId: string;
  provider: ProviderName;
  method: string;
  idempotencyKey: string;
  inputHash: Buffer;
  creditNanos: string;
  payCurrency: string;
  payMinor: string;
  expiresSeconds: number;
  purchase?: Purchase | undefined;
}

/** What an order buys besides balance. Plain JSON: it travels through the workflow. */
export interface Purchase {
  kind: Exclude<OrderKind, 'top_up'>;
  planVersion: string;
  buys: SubscriptionKind;
  renewal: Renewal;
  subscriptionId: string | null;
  periodIndex: number | null;
}

/** What the customer asked for, whatever the method costs today: the same key must ask for the same again. */
export function orderInputHash(input: {
  method: string;
  creditNanos: string;
  purchase?: Purchase | undefined;
}): Buffer {
  const { method, creditNanos, purchase } = input;
  const content = purchase ? [method, ...purchaseTerms(purchase)] : ['top_up', method, creditNanos];
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

function purchaseTerms(purchase: Purchase) {
  const { kind, planVersion, buys, renewal, subscriptionId, periodIndex } = purchase;
  return [kind, planVersion, buys, renewal, subscriptionId, periodIndex];
}

/** Does nothing where the id or the number is taken. */
export async function insertOrder(trx: Transaction, order: NewOrder): Promise<void> {
  await trx.raw(
    `insert into orders (id, number, account_id, kind, status, provider, method, idempotency_key, input_hash,
       credit_nanos, pay_currency, pay_minor, plan_version, buys, renewal, subscription_id, period_index, expires_at)
     values (:id::uuid, :number::text, :accountId::uuid, :kind::text, 'created', :provider::text, :method::text,
       :idempotencyKey::text, :inputHash::bytea, :creditNanos::bigint, :payCurrency::text, :payMinor::bigint,
       :planVersion::bigint, :buys::text, :renewal::text, :subscriptionId::uuid, :periodIndex::integer,
       now() + make_interval(secs => :expiresSeconds::integer))
     on conflict do nothing`,
    {
      ...order,
      kind: order.purchase?.kind ?? 'top_up',
      planVersion: order.purchase?.planVersion ?? null,
      buys: order.purchase?.buys ?? null,
      renewal: order.purchase?.renewal ?? null,
      subscriptionId: order.purchase?.subscriptionId ?? null,
      periodIndex: order.purchase?.periodIndex ?? null,
    },
  );
}

/** Only an order that still waits for its first link takes one: a cancelled order keeps none. */
export async function storeCheckout(
  trx: Transaction,
  checkout: { orderId: string; checkoutRef: string; url: string },
): Promise<boolean> {
  const result = await trx.raw<{ rows: unknown[] }>(
    `update orders set status = 'link_issued', checkout_ref = :checkoutRef::text, checkout_url = :url::text,
       updated_at = now()
     where id = :orderId::uuid and status = 'created'
     returning id`,
    checkout,
  );
  return result.rows.length > 0;
}

/** Names the page that a payment was made on, where the order does not know its page yet. */
export async function bindCheckout(trx: Transaction, orderId: string, checkoutRef: string): Promise<void> {
  await trx.raw(
    `update orders set checkout_ref = :checkoutRef::text, updated_at = now()
      where id = :orderId::uuid and checkout_ref is null`,
    { orderId, checkoutRef },
  );
}

export async function setOrderStatus(trx: Transaction, orderId: string, status: OrderStatus): Promise<void> {
  await trx.raw(
    `update orders set status = :status::text, attention_reason = null, attention_deadline = null, updated_at = now()
      where id = :orderId::uuid`,
    { orderId, status },
  );
}

export async function markCredited(
  trx: Transaction,
  credit: { orderId: string; paymentRef: string | null; paidMinor: bigint; creditedNanos: bigint },
): Promise<void> {
  await trx.raw(
    `update orders set status = 'credited', payment_ref = :paymentRef::text, paid_minor = :paidMinor::bigint,
       credited_nanos = :creditedNanos::bigint, attention_reason = null, attention_deadline = null,
       updated_at = now()
     where id = :orderId::uuid`,
    { ...credit, paidMinor: credit.paidMinor.toString(), creditedNanos: credit.creditedNanos.toString() },
  );
}

/** The money for a plan is there; what it buys is decided by the subscription's workflow. */
export async function markPaidFor(
  trx: Transaction,
  payment: {
    orderId: string;
    paymentRef: string | null;
    paidMinor: bigint;
    providerSubscriptionRef: string | null;
  },
): Promise<void> {
  await trx.raw(
    `update orders set status = 'paid', payment_ref = :paymentRef::text, paid_minor = :paidMinor::bigint,
       provider_subscription_ref = :providerSubscriptionRef::text, attention_reason = null, attention_deadline = null,
       updated_at = now()
     where id = :orderId::uuid`,
    { ...payment, paidMinor: payment.paidMinor.toString() },
  );
}

export async function markFulfilled(
  trx: Transaction,
  order: { orderId: string; creditedNanos: bigint; fulfilledAs: string },
): Promise<void> {
  await trx.raw(
    `update orders set status = 'credited', credited_nanos = :creditedNanos::bigint,
       fulfilled_as = :fulfilledAs::text, updated_at = now()
     where id = :orderId::uuid`,
    { ...order, creditedNanos: order.creditedNanos.toString() },
  );
}

/** A person has two days before the order counts as forgotten. */
export async function markForReview(
  trx: Transaction,
  orderId: string,
  reason: AttentionReason,
): Promise<void> {
  await trx.raw(
    `update orders set status = 'needs_review', attention_reason = :reason::text,
       attention_deadline = now() + interval '2 days', updated_at = now()
     where id = :orderId::uuid`,
    { orderId, reason },
  );
}

export async function extendOrder(trx: Transaction, orderId: string, seconds: number): Promise<void> {
  await trx.raw(
    `update orders set expires_at = greatest(expires_at, now()) + make_interval(secs => :seconds::integer),
       updated_at = now()
     where id = :orderId::uuid`,
    { orderId, seconds },
  );
}
