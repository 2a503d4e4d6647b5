import type pg from 'pg';
import type { Span } from '../billing/calendar.ts';
import type { PlanTerms } from '../billing/plans.ts';
import { spanOf } from './account-clock.ts';

/** All that the proxy asks about a caller, by the hash of the key that the caller showed. */
export interface KeySnapshot {
  keyId: string;
  accountId: string;
  enabled: boolean;
  revoked: boolean;
  expiresAtMs: number | undefined;
  /** `undefined`: every model. */
  models: ReadonlySet<string> | undefined;
  /** In CIDR notation; `undefined`: every address. */
  ipRanges: readonly string[] | undefined;
  accountStatus: 'active' | 'suspended';
  groupPpm: bigint;
  /** Whether the wallet pays for calls and lifts what the plan limits. */
  pay2go: boolean;
  /** An IANA name. */
  timeZone: string;
  /** The day of its daily caps that goes on although the zone was changed. */
  keptDay: Span | undefined;
  /** How far the account's time is ahead: 0 but for sandboxes. */
  clockOffsetMs: number;
  /** Of the subscription, or what an account without one has. */
  plan: PlanTerms;
  subscription: LiveSubscription | undefined;
  spendLimit: SpendLimit | undefined;
}

export interface LiveSubscription {
  id: string;
  periodStartMs: number;
  periodEndMs: number;
  /** By the clock on the wall: from then on the account has none, and this snapshot is out of date. */
  endsAtMs: number | undefined;
}

export interface SpendLimit {
  nanos: bigint;
  window: 'total' | 'day' | 'week' | 'month';
}

interface KeyRow {
  key_id: string;
  account_id: string;
  enabled: boolean;
  revoked: boolean;
  expires_at: Date | null;
  models: string[] | null;
  ip_ranges: string[] | null;
  account_status: 'active' | 'suspended';
  group_ppm: bigint;
  pay2go: boolean;
  time_zone: string;
  cap_day_start: Date | null;
  cap_day_end: Date | null;
  clock_offset_ms: bigint;
  plan_name: string;
  model_access: 'free' | 'all';
  requests_per_minute: number | null;
  tokens_per_minute: bigint | null;
  daily_cap_nanos: bigint | null;
  daily_cap_requests: bigint | null;
  weekly_cap_nanos: bigint | null;
  budget_nanos: bigint | null;
  subscription_id: string | null;
  period_start: Date;
  period_end: Date;
  ends_at: Date | null;
  spend_limit_nanos: bigint | null;
  spend_limit_window: SpendLimit['window'];
}

export async function findKey(pool: pg.Pool, keyHash: string): Promise<KeySnapshot | undefined> {
  const { rows } = await pool.query<KeyRow>({
    name: 'find_key',
    text: `select k.id as key_id, a.id as account_id, k.enabled, k.revoked_at is not null as revoked,
                  k."expiresAt" as expires_at, k.models, k.ip_ranges::text[] as ip_ranges,
                  a.status as account_status, g.multiplier_ppm as group_ppm, a.pay2go_enabled as pay2go, a.time_zone,
                  a.cap_day_start, a.cap_day_end, a.clock_offset_ms,
                  p.name as plan_name, v.model_access, v.requests_per_minute, v.tokens_per_minute, v.daily_cap_nanos,
                  v.daily_cap_requests, v.weekly_cap_nanos, v.budget_nanos,
                  s.id as subscription_id, s.period_start, s.period_end, s.ends_at,
                  k.spend_limit_nanos, k.spend_limit_window
             from api_keys k join accounts a on a.id = k."referenceId" join price_groups g on g.id = a.price_group
             left join subscriptions s on s.account_id = a.id and s.status <> 'ended'
              and (s.ends_at is null or s.ends_at > now() + a.clock_offset_ms * interval '1 millisecond')
             join plan_versions v on v.version = coalesce(s.plan_version, (
               select f.version from plan_versions f where f.plan_id = 'free' and f.effective_from <= now()
                order by f.effective_from desc, f.version desc limit 1))
             join plans p on p.id = v.plan_id
            where k.key = $1`,
    values: [keyHash],
  });
  return rows[0] && toSnapshot(rows[0]);
}

function toSnapshot(row: KeyRow): KeySnapshot {
  return {
    keyId: row.key_id,
    accountId: row.account_id,
    enabled: row.enabled,
    revoked: row.revoked,
    expiresAtMs: row.expires_at?.getTime(),
    models: row.models ? new Set(row.models) : undefined,
    ipRanges: row.ip_ranges ?? undefined,
    accountStatus: row.account_status,
    groupPpm: row.group_ppm,
    pay2go: row.pay2go,
    timeZone: row.time_zone,
    keptDay: spanOf(row.cap_day_start, row.cap_day_end),
    clockOffsetMs: Number(row.clock_offset_ms),
    plan: toTerms(row),
    subscription: row.subscription_id === null ? undefined : toSubscription(row.subscription_id, row),
    spendLimit:
      row.spend_limit_nanos === null
        ? undefined
        : { nanos: row.spend_limit_nanos, window: row.spend_limit_window },
  };
}

function toTerms(row: KeyRow): PlanTerms {
  return {
    name: row.plan_name,
    modelAccess: row.model_access,
    requestsPerMinute: row.requests_per_minute ?? undefined,
    tokensPerMinute: row.tokens_per_minute === null ? undefined : Number(row.tokens_per_minute),
    dailyCapNanos: row.daily_cap_nanos ?? undefined,
    dailyCapRequests: row.daily_cap_requests ?? undefined,
    weeklyCapNanos: row.weekly_cap_nanos ?? undefined,
    budgetNanos: row.budget_nanos ?? undefined,
  };
}

function toSubscription(id: string, row: KeyRow): LiveSubscription {
  return {
    id,
    periodStartMs: row.period_start.getTime(),
    periodEndMs: row.period_end.getTime(),
    endsAtMs: row.ends_at ? row.ends_at.getTime() - Number(row.clock_offset_ms) : undefined,
  };
}

/** Whether the account was ever given money of its own: a wallet or a voucher, empty or not. */
export async function hasOwnMoneyPool(pool: pg.Pool, accountId: string): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (select from ledger_accounts
                     where account_id = $1 and pool in ('wallet', 'voucher') and closed_at is null) as found`,
    [accountId],
  );
  return rows[0]?.found ?? false;
}

/** Notes that the keys were used. The proxy calls it once a minute: a write a call would cost more than the call. */
export async function touchKeys(pool: pg.Pool, keyIds: readonly string[], at: Date): Promise<void> {
  await pool.query(
    `update api_keys set last_used_at = greatest(last_used_at, $2) where id = any ($1::uuid[])`,
    [keyIds, at],
  );
}
