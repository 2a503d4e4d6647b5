import type { ProviderName } from '../billing/orders.ts';
import type { EndReason, Renewal, SubscriptionKind, SubscriptionStatus } from '../billing/subscriptions.ts';
import type { Db, Transaction } from './connection.ts';

/** An account's plan. Its times are the account's own: only a sandbox's differs from everybody's. */
export interface Subscription {
  id: string;
  accountId: string;
  planId: string;
  planVersion: bigint;
  kind: SubscriptionKind;
  status: SubscriptionStatus;
  timeZone: string;
  anchorAt: Date;
  /** Months since the anchor at which the current period began. */
  anchorIndex: number;
  periodIndex: number;
  periodStart: Date;
  periodEnd: Date;
  /** From then on it gives nothing, whether or not anybody has looked at it. */
  endsAt: Date | null;
  /** What was paid for the current period. */
  priceNanos: bigint;
  renewal: Renewal;
  provider: ProviderName | null;
  providerSubscriptionRef: string | null;
  paymentMethodId: string | null;
  mainPoolId: bigint | null;
  backupPoolId: bigint | null;
  cancelledAt: Date | null;
  nextPlanId: string | null;
  /** By the clock on the wall. */
  wakeAt: Date | null;
  endedBecause: EndReason | null;
  createdAt: Date;
}

const columns = `s.id, s.account_id as "accountId", v.plan_id as "planId", s.plan_version as "planVersion", s.kind,
  s.status, s.time_zone as "timeZone", s.anchor_at as "anchorAt", s.anchor_index as "anchorIndex",
  s.period_index as "periodIndex", s.period_start as "periodStart", s.period_end as "periodEnd",
  s.ends_at as "endsAt", s.price_nanos as "priceNanos", s.renewal, s.provider,
  s.provider_subscription_ref as "providerSubscriptionRef", s.payment_method_id as "paymentMethodId",
  s.main_pool_id as "mainPoolId", s.backup_pool_id as "backupPoolId", s.cancelled_at as "cancelledAt",
  s.next_plan_id as "nextPlanId", s.wake_at as "wakeAt", s.ended_because as "endedBecause",
  s.created_at as "createdAt"`;

async function first(
  db: Db | Transaction,
  condition: string,
  values: Record<string, string>,
): Promise<Subscription | undefined> {
  const { rows } = await db.raw<{ rows: Subscription[] }>(
    `select ${columns} from subscriptions s join plan_versions v on v.version = s.plan_version where ${condition}`,
    values,
  );
  return rows[0];
}

/** The account's live subscription: at most one, active or past due. */
export function findLiveSubscription(
  db: Db | Transaction,
  accountId: string,
): Promise<Subscription | undefined> {
  return first(db, `s.account_id = :accountId::uuid and s.status <> 'ended'`, { accountId });
}

export function findSubscription(db: Db | Transaction, id: string): Promise<Subscription | undefined> {
  return first(db, 's.id = :id::uuid', { id });
}

export function findProviderSubscription(
  db: Db | Transaction,
  provider: ProviderName,
  ref: string,
): Promise<Subscription | undefined> {
  return first(db, 's.provider = :provider::text and s.provider_subscription_ref = :ref::text', {
    provider,
    ref,
  });
}

export type NewSubscription = Omit<
  Subscription,
  | 'planId'
  | 'status'
  | 'anchorIndex'
  | 'periodIndex'
  | 'cancelledAt'
  | 'nextPlanId'
  | 'wakeAt'
  | 'endedBecause'
  | 'createdAt'
>;

export async function insertSubscription(trx: Transaction, subscription: NewSubscription): Promise<void> {
  await trx.raw(
    `insert into subscriptions (id, account_id, plan_version, kind, status, time_zone, anchor_at, period_start,
       period_end, ends_at, price_nanos, renewal, provider, provider_subscription_ref, payment_method_id, main_pool_id,
       backup_pool_id)
     values (:id::uuid, :accountId::uuid, :planVersion::bigint, :kind::text, 'active', :timeZone::text,
       :anchorAt::timestamptz, :periodStart::timestamptz, :periodEnd::timestamptz, :endsAt::timestamptz,
       :priceNanos::bigint, :renewal::text, :provider::text, :providerSubscriptionRef::text, :paymentMethodId::uuid,
       :mainPoolId::bigint, :backupPoolId::bigint)`,
    bindings(subscription),
  );
}

type Changes = Partial<Omit<Subscription, 'id' | 'accountId' | 'planId' | 'createdAt'>>;

const columnOf: Record<keyof Changes, string> = {
  planVersion: 'plan_version',
  kind: 'kind',
  status: 'status',
  timeZone: 'time_zone',
  anchorAt: 'anchor_at',
  anchorIndex: 'anchor_index',
  periodIndex: 'period_index',
  periodStart: 'period_start',
  periodEnd: 'period_end',
  endsAt: 'ends_at',
  priceNanos: 'price_nanos',
  renewal: 'renewal',
  provider: 'provider',
  providerSubscriptionRef: 'provider_subscription_ref',
  paymentMethodId: 'payment_method_id',
  mainPoolId: 'main_pool_id',
  backupPoolId: 'backup_pool_id',
  cancelledAt: 'cancelled_at',
  nextPlanId: 'next_plan_id',
  wakeAt: 'wake_at',
  endedBecause: 'ended_because',
};

/** Writes the named fields. The caller holds the account's lock. */
export async function changeSubscription(trx: Transaction, id: string, changes: Changes): Promise<void> {
  const names = Object.keys(changes) as (keyof Changes)[];
  const assignments = names.map((name) => `${columnOf[name]} = :${name}`).join(', ');
  await trx.raw(`update subscriptions set ${assignments}, updated_at = now() where id = :id`, {
    ...bindings(changes),
    id,
  });
}

function bindings(values: object): Record<string, string | number | Date | null> {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? value.toString() : value,
  ]);
  return Object.fromEntries(entries);
}

export interface DueSubscription {
  id: string;
  accountId: string;
  wakeAt: Date;
}

export interface DuePage {
  asOf: Date;
  limit: number;
  after?: { wakeAt: string; id: string } | undefined;
  /** Only this account's. */
  accountId?: string | undefined;
}

/** Subscriptions for which something has fallen due, the longest waiting first. */
export async function listDueSubscriptions(db: Db, page: DuePage): Promise<DueSubscription[]> {
  const { rows } = await db.raw<{ rows: DueSubscription[] }>(
    `select id, account_id as "accountId", wake_at as "wakeAt" from subscriptions
      where wake_at <= :asOf::timestamptz
        and (:wakeAt::timestamptz is null or (wake_at, id) > (:wakeAt::timestamptz, :id::uuid))
        and (:accountId::uuid is null or account_id = :accountId::uuid)
      order by wake_at, id limit :limit::integer`,
    {
      asOf: page.asOf,
      limit: page.limit,
      wakeAt: page.after?.wakeAt ?? null,
      id: page.after?.id ?? null,
      accountId: page.accountId ?? null,
    },
  );
  return rows;
}
