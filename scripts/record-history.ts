/**
 * Keeps the history of a workflow for test/replay. Usage:
 *   node scripts/record-history.ts <workflow id> <name>
 * against TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, else the embedded stack of this checkout.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { checkoutFolder, readStackFile } from './stack/stack-file.ts';

const [workflowId, name] = process.argv.slice(2);
if (!workflowId || !name) throw new Error('Say which workflow, and what to call its history.');

const address = process.env.TEMPORAL_ADDRESS ?? readStackFile()?.addresses.temporal ?? '127.0.0.1:7233';
const connection = await Connection.connect({ address });
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });
const history = await client.workflow.getHandle(workflowId).fetchHistory();
const file = path.join(checkoutFolder, 'test/replay/histories', `${name}.json`);
// Stacks name files of this machine, and replaying does not need them.
const withoutStacks = (key: string, value: unknown) => (key === 'stackTrace' ? undefined : value);
writeFileSync(file, `${JSON.stringify(history, withoutStacks)}\n`);
console.log(`${history.events?.length} events of ${workflowId} are kept as ${name}`);
await connection.close();
