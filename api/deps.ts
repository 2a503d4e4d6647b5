import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ProviderName } from '../billing/orders.ts';
import type { Config } from '../config/config.ts';
import type { Db } from '../db/connection.ts';
import type { SessionReader } from '../http/session.ts';
import type { WebhookParser } from '../providers/payments.ts';
import type { Auth } from './auth.ts';

/** What every routes file is given. Made once, in main.ts; tests make their own. */
export interface ApiDeps {
  config: Config;
  db: Db;
  /** better-auth's own connections: it brings its own query builder. */
  authPool: Pool;
  auth: Auth;
  readSession: SessionReader;
  /** Connects when first used, so that the api starts and runs while Temporal is down. */
  temporal: Client;
  /** Only providers whose secret is set are in here. */
  webhookParsers: ReadonlyMap<ProviderName, WebhookParser>;
  metrics: Registry;
  /** Aborted when the process begins to stop: answers then close their connections. */
  draining: AbortSignal;
  logger: Logger;
}
