import type { DueReason, PeriodStatus, SubscriptionKind } from '../billing/subscriptions.ts';
import type { Db, Transaction } from './connection.ts';

export interface Period {
  subscriptionId: string;
  periodIndex: number;
  accountId: string;
  planId: string;
  planVersion: bigint;
  kind: SubscriptionKind;
  status: PeriodStatus;
  startsAt: Date;
  endsAt: Date;
  priceNanos: bigint;
  reason: string | null;
  paidBy: PaidBy | null;
  paidRef: string | null;
  paidAt: Date | null;
  mainPoolId: bigint | null;
  baseNanos: bigint;
  bonusNanos: bigint;
  backupNanos: bigint;
}

/** `by_hand`: support granted it. `nothing`: it costs nothing. */
export type PaidBy = 'order' | 'charge' | 'provider_subscription' | 'by_hand' | 'nothing';

const columns = `p.subscription_id as "subscriptionId", p.period_index as "periodIndex", p.account_id as "accountId",
  v.plan_id as "planId", p.plan_version as "planVersion", p.kind, p.status, p.starts_at as "startsAt", p.ends_at as "endsAt",
  p.price_nanos as "priceNanos", p.reason, p.paid_by as "paidBy", p.paid_ref as "paidRef", p.paid_at as "paidAt",
  p.main_pool_id as "mainPoolId", p.base_nanos as "baseNanos", p.bonus_nanos as "bonusNanos",
  p.backup_nanos as "backupNanos"`;
const from = 'subscription_periods p join plan_versions v on v.version = p.plan_version';

export async function findPeriod(
  db: Db | Transaction,
  subscriptionId: string,
  periodIndex: number,
): Promise<Period | undefined> {
  const { rows } = await db.raw<{ rows: Period[] }>(
    `select ${columns} from ${from}
      where p.subscription_id = :subscriptionId::uuid and p.period_index = :periodIndex::integer`,
    { subscriptionId, periodIndex },
  );
  return rows[0];
}

/** Of all subscriptions that the account has had, newest first. */
export async function listPeriods(db: Db, accountId: string, limit: number): Promise<Period[]> {
  const { rows } = await db.raw<{ rows: Period[] }>(
    `select ${columns} from ${from} where p.account_id = :accountId::uuid
      order by p.starts_at desc, p.period_index desc limit :limit::integer`,
    { accountId, limit },
  );
  return rows;
}

/** Periods that are paid ahead, the next first. */
export async function listPaidAhead(trx: Db | Transaction, subscriptionId: string): Promise<Period[]> {
  const { rows } = await trx.raw<{ rows: Period[] }>(
    `select ${columns} from ${from} where p.subscription_id = :subscriptionId::uuid and p.status = 'paid'
      order by p.period_index`,
    { subscriptionId },
  );
  return rows;
}

/** The period that a payment paid: constraint subscription_periods_paid_once. */
export async function findPaidPeriod(
  trx: Db | Transaction,
  paidBy: PaidBy,
  paidRef: string,
): Promise<Period | undefined> {
  const { rows } = await trx.raw<{ rows: Period[] }>(
    `select ${columns} from ${from} where p.paid_by = :paidBy::text and p.paid_ref = :paidRef::text`,
    { paidBy, paidRef },
  );
  return rows[0];
}

export interface NewPeriod {
  subscriptionId: string;
  periodIndex: number;
  accountId: string;
  planVersion: bigint;
  kind: SubscriptionKind;
  startsAt: Date;
  endsAt: Date;
  priceNanos: bigint;
}

/** Nothing where the period is known already; one that was given up is due again. */
export async function openPeriod(
  trx: Transaction,
  period: NewPeriod,
  reason: DueReason | null,
): Promise<void> {
  await trx.raw(
    `insert into subscription_periods (subscription_id, period_index, account_id, plan_version, kind, status, starts_at,
       ends_at, price_nanos, reason)
     values (:subscriptionId::uuid, :periodIndex::integer, :accountId::uuid, :planVersion::bigint, :kind::text, 'due',
       :startsAt::timestamptz, :endsAt::timestamptz, :priceNanos::bigint, :reason::text)
     on conflict (subscription_id, period_index) do update
       set status = 'due', kind = excluded.kind, plan_version = excluded.plan_version, price_nanos = excluded.price_nanos,
           starts_at = excluded.starts_at, ends_at = excluded.ends_at, reason = excluded.reason
       where subscription_periods.status = 'unpaid'`,
    {
      ...period,
      planVersion: period.planVersion.toString(),
      priceNanos: period.priceNanos.toString(),
      reason,
    },
  );
}

interface PeriodKey {
  subscriptionId: string;
  periodIndex: number;
}

export async function setPeriodReason(trx: Transaction, key: PeriodKey, reason: DueReason): Promise<void> {
  await trx.raw(
    `update subscription_periods set reason = :reason::text
      where subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer and status = 'due'`,
    { ...key, reason },
  );
}

/** Constraint subscription_periods_paid_once: one payment pays one period. */
export async function markPaid(
  trx: Transaction,
  key: PeriodKey & { paidBy: PaidBy; paidRef: string; paidAt: Date },
): Promise<void> {
  await trx.raw(
    `update subscription_periods set status = 'paid', paid_by = :paidBy::text, paid_ref = :paidRef::text,
       paid_at = :paidAt::timestamptz, reason = null
      where subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer and status = 'due'`,
    { ...key },
  );
}

export async function markGranted(
  trx: Transaction,
  key: PeriodKey & {
    startsAt: Date;
    endsAt: Date;
    mainPoolId: bigint;
    baseNanos: bigint;
    bonusNanos: bigint;
    backupNanos: bigint;
  },
): Promise<void> {
  await trx.raw(
    `update subscription_periods set status = 'granted', starts_at = :startsAt::timestamptz,
       ends_at = :endsAt::timestamptz, main_pool_id = :mainPoolId::bigint, base_nanos = :baseNanos::bigint,
       bonus_nanos = :bonusNanos::bigint, backup_nanos = :backupNanos::bigint
      where subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer`,
    {
      ...key,
      mainPoolId: key.mainPoolId.toString(),
      baseNanos: key.baseNanos.toString(),
      bonusNanos: key.bonusNanos.toString(),
      backupNanos: key.backupNanos.toString(),
    },
  );
}

/** What never begins: skipped by support, or unpaid when its time was over. */
export async function closePeriod(
  trx: Transaction,
  key: PeriodKey,
  status: 'skipped' | 'unpaid',
  reason: string,
): Promise<void> {
  await trx.raw(
    `update subscription_periods set status = :status::text, reason = :reason::text
      where subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer
        and status not in ('skipped', 'unpaid')`,
    { ...key, status, reason },
  );
}
