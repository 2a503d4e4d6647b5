import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What scripts and tests need to talk to a running stack. */
export interface StackFile {
  addresses: {
    api: string;
    console: string;
    proxy: string;
    temporal: string;
    temporalUi?: string;
    stripeSimulator?: string;
    upstream: string;
    /** With the password: the file is for its owner only. */
    postgres: string;
  };
  demo: {
    customer: DemoLogin;
    admin: DemoLogin;
    apiKey: string;
  };
  secrets: {
    /** For POST /internal/billing-runs. */
    billingToken: string;
    /** Of the simulator; none with Stripe itself. */
    stripeWebhookSecret?: string;
    stripeSecretKey?: string;
  };
  /** Of the parts themselves; they change when a part is restarted. */
  pids: Record<string, number>;
}

export interface DemoLogin {
  email: string;
  password: string;
  accountId: string;
}

export const checkoutFolder = path.join(import.meta.dirname, '..', '..');

/** Where a checkout keeps the state of its embedded stack. */
export const defaultStateFolder = path.join(checkoutFolder, '.tollgate');

export function readStackFile(stateFolder = defaultStateFolder): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(path.join(stateFolder, 'stack.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeStackFile(stateFolder: string, content: StackFile): void {
  writePrivate(path.join(stateFolder, 'stack.json'), content);
}

/** What it says is true only while the stack runs. */
export function removeStackFile(stateFolder: string): void {
  rmSync(path.join(stateFolder, 'stack.json'), { force: true });
}

/** Renamed into place: a reader never meets half a file. */
export function writePrivate(file: string, content: unknown): void {
  const made = `${file}.${process.pid}`;
  writeFileSync(made, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(made, file);
}

/** For commands that work on DATABASE_URL, else on the embedded stack of this checkout. */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL ?? readStackFile()?.addresses.postgres;
  if (url) return url;
  throw new Error(
    'There is no database: set DATABASE_URL, or start the embedded stack with `npm start` first.',
  );
}
