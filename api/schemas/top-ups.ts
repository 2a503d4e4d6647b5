import { z } from 'zod';
import { attentionReasons, orderStatuses } from '../../billing/orders.ts';
import { pageOf, timestamp, usd } from './common.ts';

export const topUpMethod = z.object({
  method: z.string(),
  label: z.string(),
  provider: z.string(),
  currency: z.string(),
  presets_usd: z.array(z.string()),
  minimum_usd: z.string(),
  maximum_usd: z.string(),
});
export const topUpMethods = z.object({ items: z.array(topUpMethod) }).meta({ id: 'TopUpMethods' });

export const createTopUp = z
  .strictObject({
    amount_usd: z
      .string()
      .max(20)
      .regex(/^\d{1,10}(\.\d{1,2})?$/, 'Write the amount as dollars and cents, for example "20.00"')
      .meta({ example: '20.00' }),
    method: z.string().min(1).max(40).default('card'),
  })
  .meta({ id: 'CreateTopUp' });

export const orderEvent = z.object({
  kind: z.string().meta({ example: 'link_issued' }),
  source: z.string().meta({ example: 'webhook' }),
  detail: z.string().nullable(),
  at: timestamp,
});

export const topUp = z
  .object({
    id: z.uuid(),
    number: z.string().meta({ description: 'Quote it to support', example: 'TG-4H7K2M9QXA' }),
    kind: z
      .enum(['top_up', 'plan', 'pass', 'switch', 'renewal'])
      .meta({ description: '`top_up` buys balance, the others a plan' }),
    title: z.string().meta({ description: 'What is bought', example: 'Premium plan, one month' }),
    status: z.enum(orderStatuses),
    amount_usd: usd,
    credited_usd: usd.meta({ description: 'To the wallet; of an order that became a plan, what it paid' }),
    fulfilled_as: z.string().nullable().meta({
      description:
        'What a paid order for a plan became: activate, append, switch, renew, or wallet, where it could not become that any more and is balance',
    }),
    method: z.string(),
    provider: z.string(),
    pay_currency: z.string(),
    pay_amount: z.string(),
    checkout_url: z
      .string()
      .nullable()
      .meta({ description: 'Where to pay; null once the order no longer waits for money' }),
    attention_reason: z.enum(attentionReasons).nullable(),
    attention_deadline: timestamp.nullable(),
    expires_at: timestamp,
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'TopUp' });
export type TopUp = z.infer<typeof topUp>;

export const topUpDetail = topUp
  .extend({
    timeline: z.array(orderEvent),
    workflow_url: z
      .string()
      .nullable()
      .meta({ description: 'The order in the Temporal UI; for support only' }),
  })
  .meta({ id: 'TopUpDetail' });
export type TopUpDetail = z.infer<typeof topUpDetail>;

export const topUpPage = pageOf(topUp).meta({ id: 'TopUpPage' });
