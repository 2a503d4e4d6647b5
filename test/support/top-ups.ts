import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRules } from '../../activities/deps.ts';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { NANOS_PER_USD } from '../../billing/money.ts';
import type { Mail } from '../../config/mailer.ts';
import { configuredProviders, configuredWebhooks } from '../../providers/configured.ts';
import type { PaymentProviders } from '../../providers/payments.ts';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { type Answer, startTestApi, type TestApi } from './api.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { type TestTemporal, testTemporal } from './temporal.ts';
import { startTestWorker, type TestWorker } from './worker.ts';

export const stripeKey = 'sk_test_top_ups';
export const webhookSecret = 'whsec_top_ups';
export const billingToken = 'a-token-of-the-scheduler';

export interface TopUpStack {
  database: TestDatabase;
  temporal: TestTemporal;
  simulator: StripeSimulator;
  api: TestApi;
  providers: PaymentProviders;
  worker: TestWorker;
  /** What the worker wrote to customers. */
  mails: Mail[];
  /** Another worker after `worker.stop()`. */
  restartWorker(): Promise<void>;
  stop(): Promise<void>;
}

/** Every real part that a top-up needs, on a database and a namespace of their own. */
export async function startTopUpStack(rules: Partial<OrderRules> = {}): Promise<TopUpStack> {
  const [database, temporal] = await Promise.all([testDatabase(), testTemporal()]);
  const simulator = await startStripeSimulator({ secretKey: stripeKey, timeScale: 0.05 });
  const keys = {
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_URL: simulator.url,
  };
  const api = await startTestApi({
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    environment: {
      ...keys,
      TEMPORAL_NAMESPACE: temporal.namespace,
      TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
      ORDER_ATTEMPTS_PER_MINUTE: '10000',
      BILLING_TOKEN: billingToken,
    },
    deps: { webhookParsers: configuredWebhooks(keys) },
  });
  await simulator.control.webhook({ url: `${api.url}/webhooks/stripe`, secret: webhookSecret });
  const mails: Mail[] = [];
  const providers = configuredProviders(keys);
  const startWorker = () =>
    startTestWorker(temporal, {
      db: database.db,
      providers,
      publicUrl: api.url,
      orders: { ...defaultRules, ...rules },
      dunning: { retryDays: [1, 3, 5, 7], graceDays: 3, reminderDays: 3 },
      wakesPerSecond: 1_000,
      sendMail: async (mail) => void mails.push(mail),
    });
  const stack: TopUpStack = {
    database,
    temporal,
    simulator,
    api,
    providers,
    worker: await startWorker(),
    mails,
    restartWorker: async () => {
      stack.worker = await startWorker();
    },
    stop: async () => {
      await stack.worker.stop();
      await Promise.all([api.stop(), simulator.close(), temporal.close()]);
      await database.drop();
    },
  };
  return stack;
}

// A poll that comes late, so that what a test sees was done by what the test did.
const defaultRules: OrderRules = {
  expiresSeconds: 3600,
  pollFirstSeconds: 600,
  pendingMax: 100,
  dayMaxNanos: 100_000n * NANOS_PER_USD,
};

export type Customer = Awaited<ReturnType<TestApi['customer']>>;

export function postTopUp(
  { api }: Pick<TopUpStack, 'api'>,
  customer: Customer,
  body: object = { amount_usd: '20.00' },
  key: string = randomUUID(),
): Promise<Answer> {
  return api.request('POST', '/api/top-ups', {
    cookie: customer.cookie,
    body,
    headers: { 'idempotency-key': key },
  });
}

export async function getTopUp(
  { api }: Pick<TopUpStack, 'api'>,
  customer: Customer,
  id: string,
): Promise<TopUpDetail> {
  const answer = await api.request('GET', `/api/top-ups/${id}`, { cookie: customer.cookie });
  if (answer.status !== 200) throw new Error(`GET top-up answered ${answer.status}: ${answer.text}`);
  return answer.body;
}

/** The order once it has that status; fails with what it has instead. */
export async function untilStatus(
  stack: Pick<TopUpStack, 'api'>,
  customer: Customer,
  id: string,
  status: TopUpDetail['status'],
  timeoutMs = 15_000,
): Promise<TopUpDetail> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const order = await getTopUp(stack, customer, id);
    if (order.status === status) return order;
    if (Date.now() > deadline) throw new Error(`The order is ${order.status}, not ${status}`);
    await sleep(50);
  }
}

/** The simulator's id of an order's checkout. */
export async function checkoutOf({ database }: Pick<TopUpStack, 'database'>, id: string): Promise<string> {
  const { rows } = await database.db.raw('select checkout_ref from orders where id = ?', [id]);
  return rows[0].checkout_ref;
}

/** What the ledger says, by its entries. */
export async function creditsOf({ database }: Pick<TopUpStack, 'database'>, accountId: string) {
  const { rows } = await database.db.raw(
    `select idempotency_key as key, amount_nanos as nanos from ledger_transfers
      where account_id = ? and kind = 'top_up' order by created_at`,
    [accountId],
  );
  return rows as { key: string; nanos: bigint }[];
}
