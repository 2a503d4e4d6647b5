import { DomainError } from '../billing/errors.ts';
import type { Db, Transaction } from './connection.ts';

export interface Plan {
  id: string;
  name: string;
  position: number;
  /** Whether it is sold. A plan that is not goes on for those who have it. */
  enabled: boolean;
}

/** Terms as they were at one time. They never change: an edit is another version. `null`: no limit, or not sold so. */
export interface PlanVersion {
  version: bigint;
  planId: string;
  effectiveFrom: Date;
  priceNanos: bigint;
  passPriceNanos: bigint | null;
  baseNanos: bigint;
  bonusPercent: number;
  backupNanos: bigint;
  backupRefill: 'every_period' | 'once';
  dailyCapNanos: bigint | null;
  dailyCapRequests: bigint | null;
  weeklyCapNanos: bigint | null;
  budgetNanos: bigint | null;
  requestsPerMinute: number | null;
  tokensPerMinute: bigint | null;
  modelAccess: 'free' | 'all';
}

export type NewPlanTerms = Omit<PlanVersion, 'version' | 'planId' | 'effectiveFrom'>;

export interface PlanWithTerms extends Plan {
  current: PlanVersion;
}

const versionColumns = `v.version, v.plan_id as "planId", v.effective_from as "effectiveFrom",
  v.price_nanos as "priceNanos", v.pass_price_nanos as "passPriceNanos", v.base_nanos as "baseNanos",
  v.bonus_percent as "bonusPercent", v.backup_nanos as "backupNanos", v.backup_refill as "backupRefill",
  v.daily_cap_nanos as "dailyCapNanos", v.daily_cap_requests as "dailyCapRequests",
  v.weekly_cap_nanos as "weeklyCapNanos", v.budget_nanos as "budgetNanos",
  v.requests_per_minute as "requestsPerMinute", v.tokens_per_minute as "tokensPerMinute",
  v.model_access as "modelAccess"`;

/** Every plan with the terms that a purchase gets at that time, cheapest first. */
export async function listPlans(db: Db | Transaction, at: Date = new Date()): Promise<PlanWithTerms[]> {
  const { rows } = await db.raw<{ rows: (PlanVersion & Plan)[] }>(
    `select p.id, p.name, p.position, p.enabled, v.*
       from plans p
      cross join lateral (
        select ${versionColumns} from plan_versions v
         where v.plan_id = p.id and v.effective_from <= :at::timestamptz
         order by v.effective_from desc, v.version desc limit 1) v
      order by p.position, p.id`,
    { at },
  );
  return rows.map(({ id, name, position, enabled, ...current }) => ({
    id,
    name,
    position,
    enabled,
    current,
  }));
}

export async function findPlan(db: Db | Transaction, planId: string): Promise<Plan | undefined> {
  const { rows } = await db.raw<{ rows: Plan[] }>(
    'select id, name, position, enabled from plans where id = :planId::text',
    { planId },
  );
  return rows[0];
}

/** The terms that a period which begins then gets. */
export async function currentPlanVersion(
  db: Db | Transaction,
  planId: string,
  at: Date,
): Promise<PlanVersion> {
  const { rows } = await db.raw<{ rows: PlanVersion[] }>(
    `select ${versionColumns} from plan_versions v
      where v.plan_id = :planId::text and v.effective_from <= :at::timestamptz
      order by v.effective_from desc, v.version desc limit 1`,
    { planId, at },
  );
  return known(rows[0]);
}

export async function findPlanVersion(db: Db | Transaction, version: bigint): Promise<PlanVersion> {
  const { rows } = await db.raw<{ rows: PlanVersion[] }>(
    `select ${versionColumns} from plan_versions v where v.version = :version::bigint`,
    { version: version.toString() },
  );
  return known(rows[0]);
}

/** Of all plans, newest first. */
export async function listPlanVersions(db: Db | Transaction): Promise<PlanVersion[]> {
  const { rows } = await db.raw<{ rows: PlanVersion[] }>(
    `select ${versionColumns} from plan_versions v order by v.effective_from desc, v.version desc`,
  );
  return rows;
}

function known(version: PlanVersion | undefined): PlanVersion {
  if (!version) throw new DomainError('not_found', 'There is no such plan');
  return version;
}

/** The plan with its newest terms, locked until the transaction ends: edits of one plan wait for each other. */
export async function lockPlan(trx: Transaction, planId: string): Promise<PlanWithTerms | undefined> {
  const { rows } = await trx.raw<{ rows: Plan[] }>(
    'select id, name, position, enabled from plans where id = :planId::text for no key update',
    { planId },
  );
  const [plan] = rows;
  if (!plan) return undefined;
  // A statement of its own: that of the lock cannot see what the edit that it waited for has added.
  const versions = await trx.raw<{ rows: PlanVersion[] }>(
    `select ${versionColumns} from plan_versions v where v.plan_id = :planId::text
      order by v.effective_from desc, v.version desc limit 1`,
    { planId },
  );
  return { ...plan, current: known(versions.rows[0]) };
}

export async function updatePlan(
  trx: Transaction,
  { id, name, enabled }: Pick<Plan, 'id' | 'name' | 'enabled'>,
): Promise<void> {
  await trx.raw('update plans set name = :name::text, enabled = :enabled::boolean where id = :id::text', {
    id,
    name,
    enabled,
  });
}

/**
 * From now on the terms of whoever buys the plan or renews it. In whole milliseconds, so that nobody who takes the time
 * after this has an earlier one; never before the version that it replaces, even if the clock was set back.
 */
export async function addPlanVersion(
  trx: Transaction,
  planId: string,
  terms: NewPlanTerms,
): Promise<PlanVersion> {
  const text = (value: bigint | null) => value?.toString() ?? null;
  const { rows } = await trx.raw<{ rows: PlanVersion[] }>(
    `insert into plan_versions as v (plan_id, effective_from, price_nanos, pass_price_nanos, base_nanos, bonus_percent,
       backup_nanos, backup_refill, daily_cap_nanos, daily_cap_requests, weekly_cap_nanos, budget_nanos,
       requests_per_minute, tokens_per_minute, model_access)
     values (:planId::text,
       greatest(date_trunc('milliseconds', clock_timestamp()),
         (select max(effective_from) from plan_versions where plan_id = :planId::text)),
       :priceNanos::bigint, :passPriceNanos::bigint, :baseNanos::bigint, :bonusPercent::integer, :backupNanos::bigint,
       :backupRefill::text, :dailyCapNanos::bigint, :dailyCapRequests::bigint, :weeklyCapNanos::bigint,
       :budgetNanos::bigint, :requestsPerMinute::integer, :tokensPerMinute::bigint, :modelAccess::text)
     returning ${versionColumns}`,
    {
      ...terms,
      planId,
      priceNanos: text(terms.priceNanos),
      passPriceNanos: text(terms.passPriceNanos),
      baseNanos: text(terms.baseNanos),
      backupNanos: text(terms.backupNanos),
      dailyCapNanos: text(terms.dailyCapNanos),
      dailyCapRequests: text(terms.dailyCapRequests),
      weeklyCapNanos: text(terms.weeklyCapNanos),
      budgetNanos: text(terms.budgetNanos),
      tokensPerMinute: text(terms.tokensPerMinute),
    },
  );
  return known(rows[0]);
}
