import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { NANOS_PER_USD } from '../../billing/money.ts';
import type { Mail } from '../../config/mailer.ts';
import { configuredProviders } from '../../providers/configured.ts';
import { findTimeSkippingServer } from '../../scripts/stack/time-skipping-server.ts';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { loadWorkflowBundle } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { subscriptionMessages } from '../../worker/messages.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { type TestDatabase, testDatabase } from './database.ts';

export interface TimeSkippingStack {
  database: TestDatabase;
  temporal: { client: Client };
  simulator: StripeSimulator;
  mails: Mail[];
  /** The time of workflows. It stands still between `skip`s, but for the clock on the wall. */
  now(): Promise<Date>;
  /** Lets that much time pass, with all timers in it. */
  skip(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

const secretKey = 'sk_test_time';
let installed = false;

/** The real worker on a Temporal whose time can be skipped. No api, so no webhooks: orders are paid by asking. */
export async function startTimeSkippingStack(): Promise<TimeSkippingStack> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  installed = true;
  const starter = await findTimeSkippingServer((line) => process.stderr.write(`${line}\n`));
  const [environment, database, simulator, workflowBundle] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: starter } },
    }),
    testDatabase(),
    startStripeSimulator({ secretKey }),
    loadWorkflowBundle(path.join(tmpdir(), 'tollgate-test-bundles')),
  ]);
  const { connection, nativeConnection } = environment;
  const namespace = environment.namespace ?? 'default';
  await nameSearchAttributes(connection, namespace);
  // The environment's own client lets time pass whenever it waits for a result.
  const client = new Client({ connection, namespace });
  const mails: Mail[] = [];
  const stopped = new AbortController();
  const worker = await createWorker({
    connection: nativeConnection,
    namespace,
    workflowBundle,
    deps: {
      db: database.db,
      providers: configuredProviders({
        STRIPE_SECRET_KEY: secretKey,
        STRIPE_WEBHOOK_SECRET: 'whsec_time',
        STRIPE_API_URL: simulator.url,
      }),
      publicUrl: 'https://tollgate.example',
      orders: {
        expiresSeconds: 3600,
        pollFirstSeconds: 5,
        pendingMax: 100,
        dayMaxNanos: 100_000n * NANOS_PER_USD,
      },
      dunning: { retryDays: [1, 3, 5, 7], graceDays: 3, reminderDays: 3 },
      wakesPerSecond: 1_000,
      sendMail: async (mail) => void mails.push(mail),
      messages: subscriptionMessages(client, stopped.signal),
    },
  });
  const ended = worker.run();
  return {
    database,
    temporal: { client },
    simulator,
    mails,
    now: async () => new Date(await environment.currentTimeMs()),
    skip: (milliseconds) => environment.sleep(milliseconds),
    stop: async () => {
      worker.shutdown();
      stopped.abort();
      await ended;
      await Promise.all([environment.teardown(), simulator.close()]);
      await database.drop();
    },
  };
}

/** This server cannot be asked for those that it knows, as scripts/stack/temporal.ts asks. */
async function nameSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wireTypes: Record<string, number> = { KEYWORD: 2, INT: 3 };
  const entries = Object.values(searchAttributes).map(({ name, type }) => [name, wireTypes[type] ?? 0]);
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(entries),
  });
}
