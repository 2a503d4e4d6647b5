/**
 * `npm run clock:advance -- --account <e-mail or id> --to <ISO date>`: moves the time of a sandbox account on, through
 * the workflow that does what falls due on the way, and waits until it has arrived. Takes DATABASE_URL,
 * TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, else the embedded stack of this checkout.
 */
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { advanceSandbox } from '../api/sandboxes.ts';
import { searchAccount } from '../db/account-search.ts';
import { connect } from '../db/connection.ts';
import { type SandboxClockResult, sandboxClockWorkflowId } from '../workflows/contract.ts';
import { databaseUrl, readStackFile } from './stack/stack-file.ts';

const usage =
  'Say whose time and when: npm run clock:advance -- --account demo@tollgate.localhost --to 2027-01-31';

function readArguments(): { account: string; to: Date } {
  const { values } = parseArgs({ options: { account: { type: 'string' }, to: { type: 'string' } } });
  const { account, to } = values;
  if (!account || !to || !/^\d{4}-\d\d-\d\d(T.+)?$/.test(to) || Number.isNaN(Date.parse(to)))
    throw new Error(usage);
  return { account, to: new Date(to) };
}

async function advance(client: Client, db: ReturnType<typeof connect>): Promise<string> {
  const { account, to } = readArguments();
  const found = await searchAccount(db, account);
  if (!found) throw new Error(`There is no account ${account}`);
  const actor = { id: null, name: 'npm run clock:advance' };
  await advanceSandbox({ db, temporal: client }, actor, { accountId: found.id, to });
  const workflow = client.workflow.getHandle(sandboxClockWorkflowId(found.id));
  const { now, steps }: SandboxClockResult = await workflow.result();
  return `It is ${now} for ${found.email}. On the way something fell due ${steps} times.`;
}

let db: ReturnType<typeof connect> | undefined;
let connection: Connection | undefined;
try {
  const address = process.env.TEMPORAL_ADDRESS ?? readStackFile()?.addresses.temporal ?? '127.0.0.1:7233';
  db = connect({ url: databaseUrl(), poolMax: 2, applicationName: 'tollgate-clock' });
  connection = await Connection.connect({ address });
  const namespace = process.env.TEMPORAL_NAMESPACE ?? 'default';
  console.log(await advance(new Client({ connection, namespace }), db));
} catch (error) {
  console.error(`The clock was not moved: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await connection?.close();
  await db?.destroy();
}
