import { z } from 'zod';
import { refundStatuses } from '../../billing/refunds.ts';
import { line, timestamp, usd } from './common.ts';

const refund = z.object({
  id: z.uuid(),
  subscription_id: z.uuid().nullable(),
  period_index: z.number().int().nullable(),
  order_id: z.uuid().nullable(),
  status: z.enum(refundStatuses).meta({
    description:
      'unknown: the provider is asked whether it has sent it; failed: it came back, and is in the wallet; ' +
      'refused: so much of the payment is not there any more, look at the provider',
  }),
  amount_usd: usd,
  currency: z.string(),
  amount_minor: z.string().meta({ description: 'In the smallest unit of the currency', example: '750' }),
  provider: z.string(),
  payment_ref: z.string(),
  refund_ref: z.string().nullable().meta({ description: "The provider's id of it" }),
  failure_code: z.string().nullable(),
  reason: z.string(),
  requested_by: z.string(),
  requested_at: timestamp,
  decided_at: timestamp.nullable(),
});

/** What a refund would give at this moment. */
const quote = z.object({
  subscription_id: z.uuid(),
  plan_id: z.string(),
  period_index: z.number().int(),
  price_usd: usd.meta({ description: 'Paid for the current period' }),
  used_percent: z.string().meta({ description: 'Of the period, calls in flight included', example: '25.00' }),
  amount_usd: usd.meta({ description: 'What goes back, with periods that are paid ahead' }),
  periods: z.array(z.object({ period_index: z.number().int(), amount_usd: usd })),
  refusal: z.string().nullable().meta({ description: 'Why nothing can be paid back; null: it can' }),
});

export const accountRefunds = z
  .object({
    account_id: z.uuid(),
    quote: quote.nullable().meta({ description: 'null: the account has no plan' }),
    refunds: z.array(refund).meta({ description: 'Newest first' }),
    workflow_url: z.string().nullable().meta({ description: 'The subscription in the Temporal UI' }),
  })
  .meta({ id: 'AccountRefunds' });
export type AccountRefunds = z.infer<typeof accountRefunds>;

export const refundRequest = z
  .strictObject({
    reason: line(500).meta({ description: 'Goes to the audit log and stays with the refund' }),
    subscription_id: z.uuid().optional().meta({
      description:
        'What the quote showed. With it a repeat answers the same, and a plan that was bought later is left alone',
    }),
  })
  .meta({ id: 'RefundRequest' });
