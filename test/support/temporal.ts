import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { ask } from './on-demand.ts';

export interface TestTemporal {
  address: string;
  /** Of this test file alone: workflow ids and task queues of others do not meet its own. */
  namespace: string;
  client: Client;
  /** Call it in `afterAll`. */
  close(): Promise<void>;
}

/** A namespace of its own for one test file, on the Temporal development server that all share. */
export async function testTemporal(): Promise<TestTemporal> {
  const { address } = await ask<{ address: string }>('temporal');
  const connection = await Connection.connect({ address });
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  await registerNamespace(connection, namespace);
  return {
    address,
    namespace,
    client: new Client({ connection, namespace }),
    close: () => connection.close(),
  };
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  const day = { seconds: 86_400 as never };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
  await registerSearchAttributes(connection, namespace);
}
