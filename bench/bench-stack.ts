import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type Db } from '../db/connection.ts';
import { reserveAnyPorts } from '../scripts/stack/ports.ts';
import { createStack, type Stack } from '../scripts/stack/stack.ts';
import type { StackFile } from '../scripts/stack/stack-file.ts';
import type { Figure } from './report.ts';

export interface BenchContext {
  stack: StackFile;
  db: Db;
  /** How long one measurement lasts. */
  seconds: number;
  report(figure: Figure): void;
  say(line: string): void;
}

// What protects a deployment from one customer would only measure itself here.
const unlimited = {
  ORDER_PENDING_MAX: '1000000',
  ORDER_DAILY_MAX_USD: '1000000000',
  ORDER_ATTEMPTS_PER_MINUTE: '1000000',
  AUTH_ATTEMPTS_PER_MINUTE: '1000000',
  // About what this server can renew: more at once only makes it slower.
  BILLING_WAKES_PER_SECOND: '40',
};

/** The whole of `npm start`, on ports and data of its own that are gone afterwards. */
export async function withBenchStack(
  options: Pick<BenchContext, 'report' | 'say' | 'seconds'>,
  run: (context: BenchContext) => Promise<void>,
): Promise<void> {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
  const given = { ...process.env, ...unlimited };
  const stack = createStack({ stateFolder, reservePorts: reserveAnyPorts, given, say: options.say });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stopStack(stack, stateFolder).finally(() => process.exit(1)));
  try {
    const file = await stack.start();
    const db = connect({ url: file.addresses.postgres, applicationName: 'tollgate-bench' });
    try {
      await run({ ...options, stack: file, db });
    } finally {
      await db.destroy();
    }
  } finally {
    await stopStack(stack, stateFolder);
  }
}

async function stopStack(stack: Stack, stateFolder: string): Promise<void> {
  await stack.stop();
  rmSync(stateFolder, { recursive: true, force: true });
}
