import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { NANOS_PER_USD } from '../billing/money.ts';
import { dunningRules } from '../billing/subscriptions.ts';
import { loadConfig } from '../config/config.ts';
import { createLogger } from '../config/logger.ts';
import { createMailer } from '../config/mailer.ts';
import { connect } from '../db/connection.ts';
import { configuredProviders } from '../providers/configured.ts';
import { loadWorkflowBundle } from './bundle.ts';
import { connectToTemporal } from './connect.ts';
import { createWorker } from './create-worker.ts';
import { subscriptionMessages } from './messages.ts';
import { ensureBillingSchedule } from './schedule.ts';
import { sweepList } from './sweep-list.ts';
import { runSweeps } from './sweeps.ts';
import { temporalLogger } from './temporal-logger.ts';

const config = loadConfig();
const logger = createLogger('worker', config.LOG_LEVEL);
const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = config;

const stopping = new AbortController();
const drained = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
// A signal has one order of events here: drain the worker, then close what it uses.
Runtime.install({ logger: temporalLogger(logger), shutdownSignals: [] });

const db = connect({
  url: config.DATABASE_URL,
  poolMax: config.DATABASE_POOL_MAX,
  applicationName: 'tollgate-worker',
});
const [workflowBundle, connection] = await Promise.all([
  loadWorkflowBundle(fileURLToPath(new URL('../.tollgate/bundles', import.meta.url))),
  connectToTemporal({ address, namespace }, stopping.signal, logger),
]);
if (!connection) process.exit(0);

const clientConnection = Connection.lazy({ address });
const temporal = new Client({ connection: clientConnection, namespace });
const sendMail = createMailer({
  smtpUrl: config.SMTP_URL,
  from: config.MAIL_FROM,
  directory: config.MAIL_DIR,
  logger,
});
const providers = configuredProviders(config);
const worker = await createWorker({
  connection,
  namespace,
  workflowBundle,
  deps: {
    db,
    providers,
    publicUrl: config.PUBLIC_URL,
    dunning: dunningRules(config),
    wakesPerSecond: config.BILLING_WAKES_PER_SECOND,
    messages: subscriptionMessages(temporal, drained.signal),
    sendMail,
    orders: {
      expiresSeconds: config.ORDER_EXPIRES_SECONDS,
      pollFirstSeconds: config.ORDER_POLL_FIRST_SECONDS,
      pendingMax: config.ORDER_PENDING_MAX,
      dayMaxNanos: BigInt(config.ORDER_DAILY_MAX_USD) * NANOS_PER_USD,
    },
  },
});

await ensureBillingSchedule(temporal, logger);
const sweeps = runSweeps(sweepList({ db, temporal, logger, providers, sendMail }), stopping.signal, logger);

logger.info({ address, namespace }, 'The worker is running');
await worker.runUntil(
  new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve())),
);
logger.info('The worker has finished what it was doing');
drained.abort();
await sweeps;
await Promise.all([connection.close(), clientConnection.close(), db.destroy()]);
process.exit(0);
