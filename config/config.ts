import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** A secret that is absent, empty or blank disables what needs it (fail closed). */
const secret = z
  .string()
  .trim()
  .optional()
  .transform((value) => value || undefined);

const flag = z.stringbool().default(false);
const port = z.coerce.number().int().min(0).max(65535);
const url = z.url({ protocol: /^https?$/ });
const seconds = z.coerce.number().int().positive();

/** Rising numbers such as "1,3,5,7". */
const days = z
  .string()
  .regex(/^\d{1,2}(,\d{1,2})*$/)
  .transform((text) => text.split(',').map(Number))
  .refine((list) => list.every((day, index) => day > (list[index - 1] ?? 0)), 'Use rising numbers from 1');

/** Every variable Tollgate reads, with its unit and default. Nobody else reads `process.env`. */
const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  DATABASE_URL: z.string().min(1),
  /** Connections of one process's pool. */
  DATABASE_POOL_MAX: z.coerce.number().int().positive().default(10),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Where people open the Temporal UI; order pages link there for support. */
  TEMPORAL_UI_URL: url.optional(),

  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: port.default(8080),
  /** The address browsers use for the api and console. Links in e-mails and provider returns start with it. */
  PUBLIC_URL: url.default('http://127.0.0.1:8080'),
  PROXY_HOST: z.string().default('127.0.0.1'),
  PROXY_PORT: port.default(8081),
  /** Processes of the proxy behind its port; 1: no process beside the one that was started. */
  PROXY_PROCESSES: z.coerce.number().int().positive().default(availableParallelism()),
  /** Where callers reach the proxy; shown to customers as their base URL. Unset: its host and port. */
  PROXY_PUBLIC_URL: url.optional(),
  /** Where the console's built files are; unset: the api serves no console. */
  CONSOLE_DIR: z.string().optional(),

  /** Signs sessions. At least 32 characters. */
  AUTH_SECRET: z.string().min(32),
  /** 32 bytes, base64: encrypts upstream keys at rest. */
  ENCRYPTION_KEY: z.base64().length(44).optional(),

  SMTP_URL: secret,
  MAIL_FROM: z.string().default('Tollgate <no-reply@tollgate.localhost>'),
  /** Without SMTP_URL each mail is written to this folder and named in the log. */
  MAIL_DIR: z.string().default('.tollgate/mail'),

  STRIPE_SECRET_KEY: secret,
  STRIPE_WEBHOOK_SECRET: secret,
  /** Another server that speaks Stripe's API, e.g. the simulator. Unset: Stripe itself. */
  STRIPE_API_URL: url.optional(),

  /** `pull`: we charge the saved card each month. `provider_run`: a subscription of Stripe's own does. */
  STRIPE_RENEWALS: z.enum(['pull', 'provider_run']).default('pull'),
  /** Days after the first failed renewal charge on which the card is tried again. */
  DUNNING_RETRY_DAYS: days.default([1, 3, 5, 7]),
  /** Days for which the benefits of an unpaid plan go on. */
  DUNNING_GRACE_DAYS: z.coerce.number().int().min(0).max(30).default(3),
  /** Days before the end of a period on which whoever pays by hand is reminded. */
  RENEWAL_REMINDER_DAYS: z.coerce.number().int().min(0).max(14).default(3),
  /** Subscriptions that one billing run wakes in a second: what providers and Temporal see of ten thousand due at once. */
  BILLING_WAKES_PER_SECOND: z.coerce.number().int().positive().default(25),
  /** Whoever shows it may start POST /internal/billing-runs. At least 16 characters; unset: there is no such route. */
  BILLING_TOKEN: secret.refine(
    (token) => token === undefined || token.length >= 16,
    'At least 16 characters',
  ),

  /** How long an order waits for money before Tollgate closes its page. Support can extend it up to 23 hours. */
  ORDER_EXPIRES_SECONDS: seconds.min(300).max(82_800).default(3600),
  /** First wait between two questions to the provider; doubles up to ten minutes. */
  ORDER_POLL_FIRST_SECONDS: seconds.default(15),
  ORDER_PENDING_MAX: z.coerce.number().int().positive().default(10),
  ORDER_DAILY_MAX_USD: z.coerce.number().int().positive().default(10_000),
  /** Top-ups started and checks asked for by one account. */
  ORDER_ATTEMPTS_PER_MINUTE: z.coerce.number().int().positive().default(30),

  /** Where the demo upstream listens; set by the embedded stack only. */
  SIMULATED_UPSTREAM_URL: url.optional(),
  /** The longest a proxied call may run. Its hold expires one minute later. */
  CALL_MAX_SECONDS: seconds.default(600),
  /** The largest request body of a proxied call. */
  CALL_BODY_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
  /** The same where callers send files: vendors take 25 MB, and the form needs some room. */
  CALL_UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(26 * 1024 * 1024),
  /** Trust X-Forwarded-For from this many proxies in front. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  /** Rate limits are counted here, so that all proxies share them. Unset: each proxy process counts for itself. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REQUIRE_VERIFIED_EMAIL: flag,
  /** Sign-ins, registrations and the like from one address. */
  AUTH_ATTEMPTS_PER_MINUTE: z.coerce.number().int().positive().default(20),
});

export type Config = z.infer<typeof environmentSchema>;

/** Reads and checks the environment. Throws one sentence per wrong variable, without its value. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The configuration is not usable:\n${lines.join('\n')}`);
}
