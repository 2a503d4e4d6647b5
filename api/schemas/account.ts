import { z } from 'zod';
import { line, timestamp, usd } from './common.ts';

export const me = z
  .object({
    account_id: z.uuid(),
    email: z.email(),
    email_verified: z.boolean(),
    name: z.string(),
    role: z.enum(['customer', 'support', 'admin']),
    status: z.enum(['active', 'suspended']),
    referral_code: z.string(),
    time_zone: z.string(),
    display_currency: z.string(),
    pay2go: z.boolean().meta({
      description:
        'Whether the wallet pays for calls: what the plan does not include, and what goes beyond its limits',
    }),
    proxy_url: z.string().nullable().meta({ description: 'Base URL for OpenAI clients, ends in /v1' }),
    created_at: timestamp,
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof me>;

/** The zone's usual name, or undefined. Browsers differ in the spellings they offer; offsets are no zones: no DST. */
function canonicalZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

export const changeMe = z
  .strictObject({
    name: line(120),
    time_zone: z
      .string()
      .max(64)
      .refine(
        (zone) => canonicalZone(zone) !== undefined,
        'Name a zone of the IANA database, for example "Europe/Berlin"',
      )
      .overwrite((zone) => canonicalZone(zone) ?? zone)
      .meta({ example: 'Europe/Berlin' }),
    display_currency: z
      .string()
      .refine(
        (code) => currencies.has(code),
        'Use a currency code of three capital letters, for example "EUR"',
      )
      .meta({ example: 'EUR' }),
    pay2go: z.boolean(),
  })
  .partial()
  .meta({ id: 'ChangeMe' });

export const poolBalance = z.object({
  pool: z.enum(['main', 'backup', 'voucher', 'wallet', 'referral']),
  posted_usd: usd,
  held_usd: usd.meta({ description: 'Set aside for calls in flight' }),
  available_usd: usd,
  spendable: z.boolean(),
  expires_at: timestamp.nullable(),
});

export const balance = z
  .object({
    available_usd: usd.meta({ description: 'What calls can spend: all spendable pools, less what is held' }),
    held_usd: usd,
    display_usd: z.string().meta({ description: 'available_usd with two decimals, rounded down' }),
    pools: z.array(poolBalance),
  })
  .meta({ id: 'Balance' });
export type Balance = z.infer<typeof balance>;
