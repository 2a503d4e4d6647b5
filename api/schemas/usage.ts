import { z } from 'zod';
import { exactUsd, moment, pageOf, pageQuery, timestamp, usd } from './common.ts';

const filters = {
  model: z.string().max(200).optional(),
  key_id: z.uuid().optional(),
  from: moment.optional().meta({ description: 'The first moment' }),
  to: moment.optional().meta({ description: 'The moment after the last' }),
};

export const usageQuery = pageQuery.extend({
  cursor: z.uuid('Use the next_cursor of the page before').optional(),
  ...filters,
});

export const usageExportQuery = z.strictObject(filters);

const tokens = z
  .string()
  .regex(/^\d+$/)
  .meta({ description: 'A whole number, as a string because it may pass 2^53' });

export const usageEvent = z
  .object({
    trace_id: z.uuid().meta({ description: 'The x-request-id of the call' }),
    model: z.string(),
    route: z.string(),
    streamed: z.boolean(),
    outcome: z.string(),
    estimated: z.boolean(),
    key_id: z.uuid(),
    key_name: z.string().nullable(),
    input_tokens: tokens,
    output_tokens: tokens,
    cache_read_tokens: tokens,
    cache_write_tokens: tokens,
    charge_usd: usd,
    paid_from: z.object({
      main_usd: usd,
      backup_usd: usd,
      voucher_usd: usd,
      wallet_usd: usd,
      uncollected_usd: usd,
    }),
    price_version: z.string().nullable(),
    started_at: timestamp,
    first_byte_ms: z.number().int().nullable(),
    duration_ms: z.number().int().nullable(),
  })
  .meta({ id: 'UsageEvent' });
export type UsageEvent = z.infer<typeof usageEvent>;

export const costBreakdown = z
  .object({
    lines: z.array(
      z.object({
        item: z
          .string()
          .meta({ description: 'A bucket of tokens, `call`, or a unit such as image:1024x1024:high' }),
        quantity: tokens,
        unit_price_usd: exactUsd,
        per: z.enum(['1', '1000000']).meta({ description: 'How many of it the unit price buys' }),
        amount_usd: exactUsd,
      }),
    ),
    list_usd: exactUsd.meta({ description: 'The sum of the lines' }),
    model_multiplier: exactUsd.meta({ description: 'Of the price version' }),
    group_multiplier: exactUsd.meta({ description: "Of the account's price group at that time" }),
    exact_usd: exactUsd.meta({ description: 'The sum times both multipliers' }),
    total_usd: usd.meta({ description: 'Rounded once, half up to the nano: the charge' }),
  })
  .meta({ id: 'CostBreakdown' });
export type CostBreakdown = z.infer<typeof costBreakdown>;

export const usageDetail = usageEvent
  .extend({
    cost: costBreakdown
      .nullable()
      .meta({ description: 'null: no price was involved, or it is no longer known' }),
  })
  .meta({ id: 'UsageDetail' });
export type UsageDetail = z.infer<typeof usageDetail>;

export const usageSummaryQuery = z.strictObject({
  ...filters,
  group_by: z.enum(['day', 'model', 'key']).default('day'),
});

const sums = {
  calls: tokens,
  input_tokens: tokens.meta({ description: 'Read from or written to a cache included' }),
  output_tokens: tokens,
  charge_usd: usd,
};

export const usageSummary = z
  .object({
    time_zone: z.string().meta({ description: "The account's: its days are the days below" }),
    from: timestamp,
    to: timestamp,
    group_by: z.enum(['day', 'model', 'key']),
    items: z
      .array(z.object({ group: z.string(), label: z.string().nullable(), ...sums }))
      .meta({ description: 'Days in order, also those without a call; models and keys by charge' }),
    total: z.object(sums),
  })
  .meta({ id: 'UsageSummary' });
export type UsageSummary = z.infer<typeof usageSummary>;

export const usagePage = pageOf(usageEvent).meta({ id: 'UsagePage' });

export const modelInfo = z.object({
  id: z.string(),
  free: z.boolean(),
  input_usd_per_million: usd,
  output_usd_per_million: usd,
  cache_read_usd_per_million: usd,
  per_call_usd: usd.meta({ description: 'Of each call, beside what it uses' }),
  units: z
    .array(z.object({ unit: z.string(), usd }))
    .meta({ description: 'What is not counted in tokens, each of it: image:1024x1024:high, second, tool:…' }),
});
export const modelList = z.object({ items: z.array(modelInfo) }).meta({ id: 'ModelList' });
