import { z } from 'zod';
import { timestamp, usd } from './common.ts';

/** One credit is one cent. As a string: a credit can be split, and no JSON parser may round it. */
export const credits = z
  .string()
  .regex(/^-?\d+(\.\d{1,7})?$/)
  .meta({ description: 'Credits of one cent each, exact', example: '1200' });

const whole = z.number().int();

/** What a plan costs and gives. null, wherever it can be: no limit. */
export const planTerms = z
  .object({
    id: z.string().meta({ example: 'premium' }),
    name: z.string().meta({ example: 'Premium' }),
    price_usd: usd.meta({ description: 'A month' }),
    pass_price_usd: usd
      .nullable()
      .meta({ description: 'Thirty days, paid once, never renewed; null: not sold as a pass' }),
    base_credits: credits,
    bonus_percent: whole.meta({ description: 'Of the base credits, on top of them each period' }),
    monthly_credits: credits.meta({ description: 'Base and bonus together' }),
    backup_credits: credits.meta({ description: 'Spent when the monthly ones are used up' }),
    backup_refill: z
      .enum(['every_period', 'once'])
      .meta({ description: 'Whether each renewal fills the backup up again' }),
    daily_cap_credits: credits.nullable(),
    daily_cap_requests: whole.nullable().meta({ description: 'Of a plan without credits' }),
    weekly_cap_credits: credits.nullable(),
    budget_usd: usd
      .nullable()
      .meta({ description: 'What the calls that the plan pays may cost at cost price, a period' }),
    requests_per_minute: whole.nullable(),
    tokens_per_minute: z.string().nullable(),
    model_access: z.enum(['free', 'all']),
  })
  .meta({ id: 'PlanTerms' });
export type PlanTerms = z.infer<typeof planTerms>;

export const planAction = z.enum(['current', 'buy', 'upgrade', 'downgrade', 'resume', 'none']).meta({
  description:
    'What the account can do with the plan as one that renews: `current` runs, `resume` takes a cancellation back, `upgrade` and `downgrade` are switches',
});
export const passAction = z.enum(['buy', 'append', 'switch', 'none']).meta({
  description:
    'And as a pass: `append` adds thirty days to the one that runs, `switch` leaves another pass for it',
});

export const offeredPlan = planTerms
  .extend({ action: planAction, pass_action: passAction })
  .meta({ id: 'OfferedPlan' });
export type OfferedPlan = z.infer<typeof offeredPlan>;

export const planOffer = z
  .object({
    items: z.array(offeredPlan).meta({ description: 'In order; Free is what one has without a plan' }),
    current_plan_id: z.string().nullable().meta({ description: 'null: nobody is signed in' }),
    scheduled_plan_id: z.string().nullable().meta({ description: 'The plan from the next period on' }),
  })
  .meta({ id: 'PlanOffer' });
export type PlanOffer = z.infer<typeof planOffer>;

export const planPool = z.object({
  pool: z.enum(['main', 'backup']),
  granted_credits: credits,
  left_credits: credits.meta({ description: 'What new calls can spend: held credits are not in it' }),
  held_credits: credits.meta({ description: 'Set aside for calls in flight' }),
});

export const planCap = z.object({
  cap: z.enum(['daily', 'daily_requests', 'weekly', 'budget']),
  unit: z.enum(['credits', 'requests', 'usd']).meta({ description: 'Of the three numbers below' }),
  limit: z.string(),
  used: z.string(),
  held: z.string().meta({ description: 'What calls in flight can still use' }),
  resets_at: timestamp.nullable().meta({ description: "In the account's own time" }),
});
export type PlanCap = z.infer<typeof planCap>;

export const renewalPayment = z.object({
  by: z.enum(['card', 'provider', 'hand', 'nothing']).meta({
    description:
      '`card`: we charge the saved one. `provider`: it charges by itself. `hand`: the customer pays an invoice each month',
  }),
  provider: z.string().nullable(),
  card: z.object({ id: z.uuid(), brand: z.string(), last4: z.string() }).nullable(),
});

export const nextRenewal = z
  .object({
    at: timestamp,
    plan_id: z.string(),
    plan_name: z.string(),
    price_usd: usd,
    paid_ahead: z.boolean(),
    base_credits: credits,
    bonus_credits: credits,
    backup_credits: credits.meta({ description: 'What the backup is filled up to; 0: it stays as it is' }),
    payment: renewalPayment,
  })
  .meta({ id: 'NextRenewal' });
export type NextRenewal = z.infer<typeof nextRenewal>;

export const paymentDue = z
  .object({
    period_index: whole,
    amount_usd: usd,
    reason: z.enum([
      'awaiting_payment',
      'declined',
      'needs_authentication',
      'charge_unknown',
      'charge_processing',
    ]),
    message: z.string().meta({ description: 'The same in words, with what to do' }),
    next_attempt_at: timestamp.nullable().meta({ description: 'When the card is tried again' }),
    benefits_until: timestamp,
    can_pay_now: z.boolean().meta({ description: 'POST /api/subscription/pay is offered' }),
  })
  .meta({ id: 'PaymentDue' });
export type PaymentDue = z.infer<typeof paymentDue>;

export const scheduledSwitch = z.object({ plan_id: z.string(), plan_name: z.string(), at: timestamp });

const liveSubscription = z.object({
  id: z.uuid(),
  kind: z.enum(['renewing', 'pass']),
  status: z.enum(['active', 'past_due']),
  has_benefits: z
    .boolean()
    .meta({ description: 'false: unpaid for too long, until it is paid calls are those of Free' }),
  paid_usd: usd.meta({ description: 'For this period' }),
  period_index: whole.meta({ description: '0 is the first' }),
  period_start: timestamp,
  period_end: timestamp,
  ends_at: timestamp.nullable().meta({ description: 'From then on the account is Free; null: it renews' }),
  cancelled_at: timestamp.nullable(),
});

export const subscription = z
  .object({
    subscription: liveSubscription.nullable().meta({ description: 'null: no plan, the account is Free' }),
    plan: planTerms.meta({ description: 'As pinned when this period began; the Free plan without one' }),
    pools: z.array(planPool),
    caps: z
      .array(planCap)
      .meta({ description: 'What limits calls now; of Free where the plan gives nothing' }),
    next_renewal: nextRenewal.nullable().meta({ description: 'null: there is none' }),
    scheduled_switch: scheduledSwitch
      .nullable()
      .meta({ description: 'Another plan from the next period on' }),
    payment_due: paymentDue.nullable().meta({ description: 'null: nothing is owed' }),
    paid_ahead: z
      .array(z.object({ period_index: whole, starts_at: timestamp, ends_at: timestamp }))
      .meta({ description: 'Passes that begin when this one is over' }),
    sandbox: z
      .object({ now: timestamp.meta({ description: "The account's own time" }) })
      .nullable()
      .meta({ description: 'null: a live account, whose time is everybody’s' }),
  })
  .meta({ id: 'Subscription' });
export type SubscriptionView = z.infer<typeof subscription>;

export const chargeAttempt = z.object({
  id: z.uuid(),
  attempt: whole,
  status: z.enum(['unknown', 'processing', 'succeeded', 'declined', 'needs_authentication']),
  decline_code: z.string().nullable(),
  amount_usd: usd,
  at: timestamp,
});

export const subscriptionPeriod = z
  .object({
    subscription_id: z.uuid(),
    period_index: whole,
    plan_id: z.string(),
    plan_name: z.string(),
    kind: z.enum(['renewing', 'pass']),
    status: z.enum(['due', 'paid', 'granted', 'skipped', 'unpaid']),
    starts_at: timestamp,
    ends_at: timestamp,
    price_usd: usd,
    reason: z.string().nullable().meta({ description: 'Why it is not paid, or was skipped' }),
    paid_by: z.enum(['order', 'charge', 'provider_subscription', 'by_hand', 'nothing']).nullable(),
    paid_ref: z.uuid().nullable().meta({ description: 'The order that paid it; null where none did' }),
    paid_at: timestamp.nullable(),
    base_credits: credits,
    bonus_credits: credits,
    backup_credits: credits,
    charges: z.array(chargeAttempt).meta({ description: 'Attempts to charge the saved card, oldest first' }),
  })
  .meta({ id: 'SubscriptionPeriod' });
export type SubscriptionPeriod = z.infer<typeof subscriptionPeriod>;

export const subscriptionPeriods = z
  .object({ items: z.array(subscriptionPeriod) })
  .meta({ id: 'SubscriptionPeriods' });
