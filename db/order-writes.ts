import { createHash } from 'node:crypto';
import type { AttentionReason, OrderStatus, ProviderName } from '../billing/orders.ts';
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
}

/** What the customer asked for, whatever the method costs today: the same key must ask for the same again. */
export function orderInputHash(input: { method: string; creditNanos: string }): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(['top_up', input.method, input.creditNanos]))
    .digest();
}

/** Does nothing where the id or the number is taken. */
export async function insertOrder(trx: Transaction, order: NewOrder): Promise<void> {
  await trx.raw(
    `insert into orders (id, number, account_id, kind, status, provider, method, idempotency_key, input_hash,
       credit_nanos, pay_currency, pay_minor, expires_at)
     values (:id::uuid, :number::text, :accountId::uuid, 'top_up', 'created', :provider::text, :method::text,
       :idempotencyKey::text, :inputHash::bytea, :creditNanos::bigint, :payCurrency::text, :payMinor::bigint,
       now() + make_interval(secs => :expiresSeconds::integer))
     on conflict do nothing`,
    { ...order },
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
