import type { ProviderName } from '../billing/orders.ts';
import { type DecidedRefundStatus, type RefundStatus, refundMayBecome } from '../billing/refunds.ts';
import type { Db, Transaction } from './connection.ts';

export interface Refund {
  id: string;
  accountId: string;
  /** One act of support, which can pay several periods back. */
  requestId: string;
  /** The period that is paid back; `null`: an order is. */
  subscriptionId: string | null;
  periodIndex: number | null;
  orderId: string | null;
  provider: ProviderName;
  paymentRef: string;
  currency: string;
  amountMinor: bigint;
  amountNanos: bigint;
  status: RefundStatus;
  reason: string;
  requestedBy: string;
  refundRef: string | null;
  failureCode: string | null;
  requestedAt: Date;
  decidedAt: Date | null;
}

const columns = `id, account_id as "accountId", request_id as "requestId", subscription_id as "subscriptionId",
  period_index as "periodIndex", order_id as "orderId", provider, payment_ref as "paymentRef", currency,
  amount_minor as "amountMinor", amount_nanos as "amountNanos", status, reason, requested_by as "requestedBy",
  refund_ref as "refundRef", failure_code as "failureCode", requested_at as "requestedAt", decided_at as "decidedAt"`;

async function select(
  db: Db | Transaction,
  condition: string,
  values: Record<string, string | number>,
): Promise<Refund[]> {
  const { rows } = await db.raw<{ rows: Refund[] }>(
    `select ${columns} from refunds where ${condition}`,
    values,
  );
  return rows;
}

export async function findRefund(db: Db | Transaction, id: string): Promise<Refund | undefined> {
  return (await select(db, 'id = :id::uuid', { id }))[0];
}

/** The longest waiting first. */
export function listUndecidedRefunds(db: Db | Transaction, accountId: string): Promise<Refund[]> {
  return select(
    db,
    `account_id = :accountId::uuid and status in ('unknown', 'pending') order by requested_at, id`,
    { accountId },
  );
}

export function listRefundsOfRequest(trx: Transaction, requestId: string): Promise<Refund[]> {
  return select(trx, 'request_id = :requestId::uuid', { requestId });
}

export function listRefundsOfSubscription(db: Db | Transaction, subscriptionId: string): Promise<Refund[]> {
  return select(db, 'subscription_id = :subscriptionId::uuid', { subscriptionId });
}

/** Newest first. */
export function listRefunds(db: Db, accountId: string, limit: number): Promise<Refund[]> {
  return select(
    db,
    'account_id = :accountId::uuid order by requested_at desc, id desc limit :limit::integer',
    {
      accountId,
      limit,
    },
  );
}

export type NewRefund = Omit<Refund, 'status' | 'refundRef' | 'failureCode' | 'requestedAt' | 'decidedAt'>;

/** Constraints refunds_period_once and refunds_order_one_undecided: nothing is paid back twice. */
export async function insertRefund(trx: Transaction, refund: NewRefund): Promise<void> {
  await trx.raw(
    `insert into refunds (id, account_id, request_id, subscription_id, period_index, order_id, provider, payment_ref,
       currency, amount_minor, amount_nanos, reason, requested_by)
     values (:id::uuid, :accountId::uuid, :requestId::uuid, :subscriptionId::uuid, :periodIndex::integer,
       :orderId::uuid, :provider::text, :paymentRef::text, :currency::text, :amountMinor::bigint, :amountNanos::bigint,
       :reason::text, :requestedBy::text)`,
    { ...refund, amountMinor: refund.amountMinor.toString(), amountNanos: refund.amountNanos.toString() },
  );
}

/** What a provider says of it. The caller holds the account's lock. False: it was known, or came too late. */
export async function decideRefund(
  trx: Transaction,
  refund: Refund,
  news: { status: DecidedRefundStatus; refundRef: string | null; failureCode: string | null },
): Promise<boolean> {
  if (!refundMayBecome(refund.status, news.status)) return false;
  await trx.raw(
    `update refunds set status = :status::text, refund_ref = coalesce(:refundRef::text, refund_ref),
       failure_code = :failureCode::text, decided_at = case when :status::text = 'pending' then null else now() end
      where id = :id::uuid`,
    { ...news, id: refund.id },
  );
  return true;
}
