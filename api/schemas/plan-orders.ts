import { z } from 'zod';
import { timestamp, usd } from './common.ts';
import { credits, scheduledSwitch } from './subscriptions.ts';
import { topUp } from './top-ups.ts';

const planId = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[a-z0-9-]+$/, 'Use the id of a plan, for example "premium"')
  .meta({ example: 'premium' });

export const planMethod = z.enum(['card', 'card_once']).meta({
  description:
    '`card` is saved and charged at each renewal; `card_once` is not: each month comes with a reminder and a page to pay',
});

export const createPlanOrder = z
  .strictObject({
    plan_id: planId,
    kind: z.enum(['plan', 'pass']).default('plan'),
    method: planMethod.default('card'),
  })
  .meta({ id: 'CreatePlanOrder' });

export const payRenewal = z.strictObject({ method: planMethod.default('card') }).meta({ id: 'PayRenewal' });

export const switchTarget = z.enum(['plan', 'pass']).default('plan');

export const quoteQuery = z.strictObject({ plan_id: planId, as: switchTarget });

const points = z
  .number()
  .int()
  .min(0)
  .max(10_000)
  .meta({ description: 'Hundredths of a percent, rounded down' });

const poolUse = z.object({
  granted_credits: credits,
  spent_credits: credits.meta({ description: 'With what calls in flight hold' }),
});

/** Every term of what leaving the plan now credits to the wallet. */
export const switchQuote = z
  .object({
    from: z.object({
      plan_id: z.string(),
      plan_name: z.string(),
      kind: z.enum(['renewing', 'pass']),
      paid_usd: usd,
    }),
    to: z.object({
      plan_id: z.string(),
      plan_name: z.string(),
      kind: z.enum(['renewing', 'pass']),
      price_usd: usd.meta({ description: 'Paid now, in full' }),
    }),
    elapsed_basis_points: points.meta({ description: 'Of four weeks' }),
    used_basis_points: points.meta({ description: 'Three quarters main, one quarter backup' }),
    floor_basis_points: points.meta({ description: 'What counts as consumed whatever was used' }),
    consumed_basis_points: points,
    decided_by: z.enum(['elapsed', 'used', 'floor']),
    main: poolUse,
    backup: poolUse,
    uncapped_credit_usd: usd.meta({ description: 'The share of the old price that is not consumed' }),
    capped: z.boolean().meta({ description: 'The price difference is less than that share' }),
    credit_usd: usd.meta({ description: 'Goes to the wallet when the switch is paid' }),
    zero_because: z.enum(['downgrade', 'fully_consumed', 'same_price']).nullable(),
    is_downgrade: z.boolean(),
    recommended: z.enum(['now', 'period_end']).meta({ description: 'At the period’s end nothing is lost' }),
    period_end_possible: z.boolean(),
    period_end: timestamp,
    lost_main_credits: credits.meta({ description: 'Of the old plan, if it is left now' }),
    lost_backup_credits: credits,
    paid_ahead_credit_usd: usd.meta({
      description: 'For passes that are paid and have not begun: goes to the wallet too, in full',
    }),
    at: timestamp.meta({ description: 'When this was computed; the credit shrinks with time and use' }),
  })
  .meta({ id: 'SwitchQuote' });
export type SwitchQuoteView = z.infer<typeof switchQuote>;

export const createPlanSwitch = z
  .strictObject({
    plan_id: planId,
    as: switchTarget,
    when: z.enum(['now', 'period_end']).meta({
      description:
        '`now`: pay the new plan in full, on its page. `period_end`: nothing is paid and nothing lost',
    }),
    method: planMethod.default('card'),
    quote_credit_usd: z
      .string()
      .max(20)
      .regex(/^\d{1,10}(\.\d{1,9})?$/, 'Send the credit_usd of the quote that the customer saw')
      .optional()
      .meta({
        description: 'With `now`: the credit that was shown. Less than that is refused',
        example: '9.00',
      }),
  })
  .meta({ id: 'CreatePlanSwitch' });

export const planSwitch = z
  .object({
    order: topUp.nullable().meta({ description: 'To be paid; null where nothing is' }),
    scheduled: scheduledSwitch.nullable(),
  })
  .meta({ id: 'PlanSwitch' });
