import { z } from 'zod';
import { parseUsd } from '../../billing/money.ts';
import { line, moment, timestamp, usd } from './common.ts';

const models = z.array(line(200)).min(1).max(200);
const ipRanges = z
  .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]))
  .min(1)
  .max(50);

export const spendLimitWindow = z.enum(['total', 'day', 'week', 'month']);

const spendLimit = z.strictObject({
  amount_usd: z
    .string()
    .max(20)
    .refine((text) => (parseUsd(text) ?? 0n) > 0n, 'Write an amount above zero, such as "20" or "0.50"')
    .meta({ description: 'US dollars, above zero', example: '20.00' }),
  window: spendLimitWindow.meta({ description: 'In all, or in each day, week or month' }),
});

export const createKey = z
  .strictObject({
    name: line(80),
    expires_in_days: z.number().int().min(1).max(3650).optional(),
    models: models.optional(),
    ip_ranges: ipRanges.optional(),
    spend_limit: spendLimit.optional(),
  })
  .meta({ id: 'CreateKey' });

/** What is absent stays as it is; null lifts the limit. */
export const changeKey = z
  .strictObject({
    name: line(80).optional(),
    models: models.nullable().optional(),
    ip_ranges: ipRanges.nullable().optional(),
    spend_limit: spendLimit.nullable().optional(),
    expires_at: moment.nullable().optional(),
  })
  .meta({ id: 'ChangeKey' });

export const apiKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    start: z.string().meta({ description: 'The first characters, to tell keys apart' }),
    models: z.array(z.string()).nullable(),
    ip_ranges: z.array(z.string()).nullable(),
    spend_limit: z.object({ amount_usd: usd, window: spendLimitWindow }).nullable(),
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    last_used_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKey>;

export const apiKeyList = z.object({ items: z.array(apiKey) }).meta({ id: 'ApiKeyList' });

export const createdKey = apiKey
  .extend({ key: z.string().meta({ description: 'Shown this once' }) })
  .meta({ id: 'CreatedKey' });
