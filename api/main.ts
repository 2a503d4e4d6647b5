import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { loadConfig } from '../config/config.ts';
import { createLogger } from '../config/logger.ts';
import { createMailer, trackMails } from '../config/mailer.ts';
import { connect } from '../db/connection.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { SILENCE_MS } from '../db/silence.ts';
import { drain, stopOnSignal } from '../http/shutdown.ts';
import { configuredWebhooks } from '../providers/configured.ts';
import { createApp } from './app.ts';
import { createAuth } from './auth.ts';
import { connectAuthPool } from './auth-pool.ts';
import { createSessionReader } from './sessions.ts';
import { temporalClient } from './temporal.ts';

const config = loadConfig();
const logger = createLogger('api', config.LOG_LEVEL);
const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

const db = connect({
  url: config.DATABASE_URL,
  poolMax: config.DATABASE_POOL_MAX,
  applicationName: 'tollgate-api',
  silenceMs: SILENCE_MS,
});
const missing = await pendingMigrations(db).catch((err) =>
  giveUp({ err }, 'The database cannot be read. Check DATABASE_URL and that Postgres runs.'),
);
if (missing.length > 0) giveUp({ missing }, 'The database lacks migrations. Run `npm run migrate` first.');
const authPool = connectAuthPool({ url: config.DATABASE_URL, poolMax: config.DATABASE_POOL_MAX, logger });
const mailer = createMailer({
  smtpUrl: config.SMTP_URL,
  from: config.MAIL_FROM,
  directory: config.MAIL_DIR,
  logger,
});
const { sendMail, settled: mailsSettled } = trackMails(mailer);
const auth = createAuth({ config, db, pool: authPool, sendMail, logger });
const temporal = temporalClient(config);

const draining = new AbortController();
const app = createApp({
  config,
  db,
  authPool,
  auth,
  readSession: createSessionReader(auth, db),
  temporal,
  webhookParsers: configuredWebhooks(config),
  metrics,
  draining: draining.signal,
  logger,
});

const server = createServer(app.callback());
server.on('error', (err) =>
  giveUp({ err }, 'The api cannot listen. Check API_HOST, and that API_PORT is free.'),
);
server.listen(config.API_PORT, config.API_HOST, () => {
  const { port } = server.address() as AddressInfo;
  logger.info({ host: config.API_HOST, port, publicUrl: config.PUBLIC_URL }, 'The api is listening');
});

stopOnSignal(
  draining,
  async () => {
    await drain(server);
    await mailsSettled();
    await Promise.all([db.destroy(), authPool.end(), temporal.connection.close()]);
  },
  logger,
);

function giveUp(facts: object, message: string): never {
  logger.fatal(facts, message);
  process.exit(1);
}
