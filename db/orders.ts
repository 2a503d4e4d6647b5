import type { AttentionReason, OrderKind, OrderStatus, ProviderName } from '../billing/orders.ts';
import type { Renewal, SubscriptionKind } from '../billing/subscriptions.ts';
import type { Db, Transaction } from './connection.ts';

export interface Order {
  id: string;
  number: string;
  accountId: string;
  kind: OrderKind;
  status: OrderStatus;
  provider: ProviderName;
  method: string;
  inputHash: Buffer;
  creditNanos: bigint;
  payCurrency: string;
  payMinor: bigint;
  checkoutRef: string | null;
  checkoutUrl: string | null;
  paymentRef: string | null;
  paidMinor: bigint | null;
  creditedNanos: bigint;
  attentionReason: AttentionReason | null;
  attentionDeadline: Date | null;
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
  idempotencyKey: string;
  /** What is bought, in the terms of the day it was ordered. `null`: a top-up. */
  planVersion: bigint | null;
  /** Whose period a renewal pays, or which subscription a switch leaves. */
  subscriptionId: string | null;
  periodIndex: number | null;
  /** A plan that renews, or a pass. */
  buys: SubscriptionKind | null;
  /** How what is bought shall be renewed. */
  renewal: Renewal | null;
  providerSubscriptionRef: string | null;
  fulfilledAs: string | null;
}

const columns = `id, number, account_id as "accountId", kind, status, provider, method, input_hash as "inputHash",
  credit_nanos as "creditNanos", pay_currency as "payCurrency", pay_minor as "payMinor",
  checkout_ref as "checkoutRef", checkout_url as "checkoutUrl", payment_ref as "paymentRef",
  paid_minor as "paidMinor", credited_nanos as "creditedNanos", attention_reason as "attentionReason",
  attention_deadline as "attentionDeadline", expires_at as "expiresAt", created_at as "createdAt",
  updated_at as "updatedAt", idempotency_key as "idempotencyKey", plan_version as "planVersion",
  subscription_id as "subscriptionId", period_index as "periodIndex", buys, renewal,
  provider_subscription_ref as "providerSubscriptionRef", fulfilled_as as "fulfilledAs"`;

async function firstOrder(
  db: Db | Transaction,
  condition: string,
  values: Record<string, string>,
): Promise<Order | undefined> {
  const result = await db.raw<{ rows: Order[] }>(`select ${columns} from orders where ${condition}`, values);
  return result.rows[0];
}

export function findOrder(db: Db | Transaction, orderId: string): Promise<Order | undefined> {
  return firstOrder(db, 'id = :orderId::uuid', { orderId });
}

/** Everything that changes an order holds this lock first, so that news about one order is taken one by one. */
export function lockOrder(trx: Transaction, orderId: string): Promise<Order | undefined> {
  return firstOrder(trx, 'id = :orderId::uuid for no key update', { orderId });
}

export function lockOrderByCheckout(
  trx: Transaction,
  provider: ProviderName,
  checkoutRef: string,
): Promise<Order | undefined> {
  return firstOrder(
    trx,
    'provider = :provider::text and checkout_ref = :checkoutRef::text for no key update',
    { provider, checkoutRef },
  );
}

export interface OrderPage {
  accountId: string;
  limit: number;
  /** The id of the last order of the page before. */
  after: string | undefined;
}

/** Newest first. */
export async function listOrders(db: Db, { accountId, limit, after }: OrderPage): Promise<Order[]> {
  const result = await db.raw<{ rows: Order[] }>(
    `select ${columns} from orders
      where account_id = :accountId::uuid
        and (:after::uuid is null or (created_at, id) <
          (select created_at, id from orders where account_id = :accountId::uuid and id = :after::uuid))
      order by created_at desc, id desc
      limit :limit::integer`,
    { accountId, limit, after: after ?? null },
  );
  return result.rows;
}

/**
 * Orders that only their workflow can end, and that should have been looked at by now: the workflow is slow, or it
 * is gone. Random, because those that wait on purpose (delayed money) must not stand in front of the others.
 */
export async function listOverdueOrders(db: Db, limit: number): Promise<Order[]> {
  const result = await db.raw<{ rows: Order[] }>(
    `select ${columns} from orders
      where (status in ('created', 'link_issued', 'paid')
          or attention_reason in ('provider_unreachable', 'still_processing'))
        and expires_at < now() - interval '15 minutes' and created_at > now() - interval '30 days'
      order by random() limit :limit::integer`,
    { limit },
  );
  return result.rows;
}

/** Whether another order was already credited for this payment. */
export async function isPaymentOfAnotherOrder(
  trx: Transaction,
  payment: { provider: ProviderName; paymentRef: string; orderId: string },
): Promise<boolean> {
  const result = await trx.raw<{ rows: unknown[] }>(
    `select 1 from orders
      where provider = :provider::text and payment_ref = :paymentRef::text and id <> :orderId::uuid`,
    payment,
  );
  return result.rows.length > 0;
}
