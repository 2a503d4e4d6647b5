import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { type TestTemporal, testTemporal } from '../test/support/temporal.ts';
import { searchAttributes } from '../workflows/contract.ts';
import { registerSearchAttributes } from './search-attributes.ts';

let temporal: TestTemporal;
let connection: NativeConnection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  temporal = await testTemporal();
  connection = await NativeConnection.connect({ address: temporal.address });
}, 60_000);
afterAll(() => Promise.all([connection.close(), temporal.close()]));

it('makes a fresh namespace ready, and finds nothing to do the next time', async () => {
  const namespace = `fresh-${randomBytes(6).toString('hex')}`;
  const day = { seconds: 86_400 as never };
  const { workflowService, operatorService } = temporal.client.connection as never as NativeConnection;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
  await registerSearchAttributes(connection, namespace);
  await registerSearchAttributes(connection, namespace);
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  for (const { name } of Object.values(searchAttributes)) expect(customAttributes).toHaveProperty(name);
});
