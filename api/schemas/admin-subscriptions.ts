import { z } from 'zod';
import { line, moment, timestamp, usd } from './common.ts';
import { subscription, subscriptionPeriod } from './subscriptions.ts';

export const accountQuery = z.strictObject({
  account: line(254).meta({ description: 'An account’s id or its e-mail address' }),
});

export const accountSubscription = z
  .object({
    account_id: z.uuid(),
    email: z.string(),
    account_status: z.enum(['active', 'suspended']),
    state: subscription,
    next_step: z.string().nullable().meta({ description: 'What happens next, in words; null: no plan' }),
    due_at: timestamp.nullable().meta({ description: 'By the clock on the wall' }),
    periods: z.array(subscriptionPeriod),
    workflow_url: z.string().nullable().meta({ description: 'The subscription in the Temporal UI' }),
  })
  .meta({ id: 'AccountSubscription' });
export type AccountSubscription = z.infer<typeof accountSubscription>;

export const reasonBody = z
  .strictObject({ reason: line(500).meta({ description: 'Goes to the audit log, and to the period' }) })
  .meta({ id: 'Reason' });

export const sandboxAccount = z
  .object({
    account_id: z.uuid(),
    email: z.string(),
    time_zone: z.string(),
    now: timestamp.meta({ description: "The account's own time" }),
    ahead_seconds: z.number().int().meta({ description: 'Of the clock on the wall' }),
    running: z.boolean().meta({ description: 'Its clock is being moved at this moment' }),
    moving_to: timestamp.nullable(),
    plan_id: z.string().nullable(),
  })
  .meta({ id: 'SandboxAccount' });
export type SandboxAccount = z.infer<typeof sandboxAccount>;

export const sandboxAccounts = z.object({ items: z.array(sandboxAccount) }).meta({ id: 'SandboxAccounts' });

export const makeSandbox = z
  .strictObject({ account: line(254).meta({ description: 'An account’s id or its e-mail address' }) })
  .meta({ id: 'MakeSandbox' });

export const advanceClock = z
  .strictObject({
    to: moment.meta({ description: "In the account's time: later than its now, at most two years" }),
  })
  .meta({ id: 'AdvanceClock' });

export const billingRunRequest = z
  .strictObject({
    as_of: moment.optional().meta({ description: 'What was due by then. Not in the future; absent: now' }),
    dry_run: z.boolean().default(false).meta({ description: 'List what would be done, and do nothing' }),
    account_id: z.uuid().optional(),
    limit: z.number().int().min(1).max(500).default(100).meta({ description: 'Of a dry run’s page' }),
    cursor: z
      .string()
      .max(200)
      .regex(/^[\w-]+$/, 'Use the next_cursor of the page before')
      .optional()
      .meta({ description: 'Of a dry run: the next_cursor before' }),
  })
  .meta({ id: 'BillingRunRequest' });

const dueItem = z.object({
  account_id: z.uuid(),
  subscription_id: z.uuid(),
  plan_id: z.string(),
  period_index: z.number().int().meta({ description: 'Of the period that would begin' }),
  due_at: timestamp.meta({ description: 'By the clock on the wall' }),
  step: z.string().meta({ description: 'What would be done, in words' }),
  amount_usd: usd.nullable().meta({ description: 'What would be charged' }),
});
export type DueItem = z.infer<typeof dueItem>;

/** Of a run: where it goes on. Of a dry run: a page of what it would do. */
export const billingRun = z
  .object({
    as_of: timestamp,
    dry_run: z.boolean(),
    workflow_id: z.string().nullable(),
    run_id: z.string().nullable(),
    status: z.string().nullable().meta({ example: 'RUNNING' }),
    items: z.array(dueItem),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'BillingRun' });
export type BillingRun = z.infer<typeof billingRun>;
