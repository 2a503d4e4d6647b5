import type { Logger } from 'pino';
import type { Callers } from './callers.ts';
import type { KeyUse } from './key-use.ts';
import type { GroupCommitter } from './meter/committer.ts';
import type { ProxyMetrics } from './metrics.ts';
import type { Models } from './models.ts';
import type { Rates } from './rates.ts';
import type { Upstreams } from './upstreams.ts';

/** What the parts of the proxy are wired with in main.ts. */
export interface ProxyDeps {
  callers: Callers;
  models: Models;
  meter: GroupCommitter;
  rates: Rates;
  /** Whether the account was ever given a wallet or a voucher. Asks the database. */
  hasOwnMoney(accountId: string): Promise<boolean>;
  statements: Statements;
  upstreams: Upstreams;
  keyUse: KeyUse;
  metrics: ProxyMetrics;
  log: Logger;
  settings: ProxySettings;
}

/** What an account has and what it paid, from the database. */
export interface Statements {
  spendable(accountId: string): Promise<bigint>;
  paid(accountId: string, from: Date, to: Date): Promise<bigint>;
}

export interface ProxySettings {
  maxBodyBytes: number;
  /** The same for forms, which carry files. */
  maxUploadBytes: number;
  /** The longest a call may run. */
  callMaxSeconds: number;
  trustedProxies: number;
  /** Where a caller without money goes. */
  topUpUrl: string;
}
