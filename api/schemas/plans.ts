import { z } from 'zod';
import { parseCredits } from '../../billing/credits.ts';
import { NANOS_PER_CENT, NANOS_PER_USD, parseUsd } from '../../billing/money.ts';
import { line, timestamp } from './common.ts';
import { planTerms } from './subscriptions.ts';

export const planParams = z.object({ id: z.string().regex(/^[a-z0-9-]{1,60}$/, 'Use the id of a plan') });

// The highest of each, times the highest factor or percentage, is still an amount that Postgres can store.
const MAX_PRICE_NANOS = 1_000_000n * NANOS_PER_USD;
const MAX_CREDITS_NANOS = 1_000_000_000n * NANOS_PER_CENT;
const MAX_FACTOR = 100n * NANOS_PER_USD;

function between(text: string, parse: (text: string) => bigint | undefined, most: bigint): boolean {
  const value = parse(text);
  return value !== undefined && value >= 0n && value <= most;
}

const price = z
  .string()
  .max(20)
  .refine(
    (text) => between(text, parseUsd, MAX_PRICE_NANOS) && (parseUsd(text) ?? 1n) % NANOS_PER_CENT === 0n,
    'Write a price in whole cents, at most a million dollars, such as "25" or "25.50"',
  )
  .meta({ description: 'US dollars, whole cents', example: '25.00' });

const budget = z
  .string()
  .max(20)
  .refine(
    (text) => between(text, parseUsd, MAX_CREDITS_NANOS),
    'Write an amount of dollars, at most ten million, such as "250"',
  )
  .meta({ description: 'US dollars', example: '250.00' });

const credits = z
  .string()
  .max(20)
  .refine(
    (text) => between(text, parseCredits, MAX_CREDITS_NANOS),
    'Write a count of credits, at most a billion, such as "2500" or "0.5"; the smallest part is 0.0000001',
  )
  .meta({ description: 'Credits of one cent each', example: '2500' });

const factor = z
  .string()
  .max(20)
  .refine(
    (text) => between(text, parseUsd, MAX_FACTOR) && /^\d+(\.\d{1,2})?$/.test(text),
    'Write a factor from "0" to "100" with at most two decimals, such as "3" or "2.5"',
  )
  .meta({ example: '3' });

const requests = z.number().int().max(1_000_000_000);

const planChanges = {
  name: line(60).optional(),
  enabled: z.boolean().optional().meta({ description: 'Whether it is sold; who has it keeps it' }),
  price_usd: price.optional(),
  pass_price_usd: price.nullable().optional().meta({ description: 'null: not sold as a pass' }),
  base_credits: credits.optional(),
  bonus_percent: z.number().int().min(0).max(1_000).optional(),
  backup_factor: factor.optional().meta({ description: 'The backup is this many times the base credits' }),
  backup_refill: z.enum(['every_period', 'once']).optional(),
  daily_cap_credits: credits.nullable().optional(),
  daily_cap_requests: requests.min(0).nullable().optional(),
  weekly_cap_credits: credits.nullable().optional(),
  budget_factor: factor.optional().meta({ description: 'The budget is this many times the price' }),
  budget_usd: budget.nullable().optional(),
  requests_per_minute: requests.min(1).nullable().optional(),
  tokens_per_minute: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'Write a whole number above zero')
    .nullable()
    .optional(),
  model_access: z.enum(['free', 'all']).optional(),
};

/** What is absent stays as it is; null lifts a limit. */
export const changePlan = z
  .strictObject({
    version: z
      .string()
      .regex(/^\d{1,18}$/, 'Send the version of the terms that you saw')
      .meta({ description: 'Of the terms that you saw: an edit that came between is not overwritten' }),
    reason: line(500).meta({ description: 'Goes to the audit log' }),
    ...planChanges,
  })
  .refine(
    (body) => Object.keys(planChanges).some((field) => field in body),
    'Name at least one thing to change',
  )
  .refine((body) => body.budget_factor === undefined || body.budget_usd === undefined, {
    message: 'Send either a factor or an amount',
    path: ['budget_factor'],
  })
  .meta({ id: 'ChangePlan' });
export type ChangePlan = z.infer<typeof changePlan>;

const versionFacts = {
  version: z.string(),
  effective_from: timestamp.meta({ description: 'For purchases and periods that begin from then on' }),
};

export const planVersion = planTerms
  .omit({ id: true, name: true })
  .extend(versionFacts)
  .meta({ id: 'PlanVersion' });
export type PlanVersionView = z.infer<typeof planVersion>;

export const adminPlan = planTerms
  .extend({ ...versionFacts, enabled: z.boolean().meta({ description: 'Whether it is sold' }) })
  .meta({ id: 'AdminPlan' });
export type AdminPlan = z.infer<typeof adminPlan>;

export const adminPlans = z
  .object({
    items: z.array(
      adminPlan.extend({
        history: z.array(planVersion).meta({ description: 'Every version, the newest first' }),
      }),
    ),
  })
  .meta({ id: 'AdminPlans' });

export const changedPlan = adminPlan
  .extend({
    applies_to_running: z
      .enum(['next_period', 'at_once'])
      .meta({ description: 'Terms are pinned for a period. Free has none: its limits change at once' }),
    message: z.string().meta({ description: 'The same in words' }),
  })
  .meta({ id: 'ChangedPlan' });
