import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pLimit from 'p-limit';

const TASK_QUEUE = 'bench-bare';

// Its chatter would stand between the figures.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Bare workflows a second on this server: the limit that a top-up's rate is held against. */
export function bareWorkflowsPerSecond(address: string, inFlight: number, count: number): Promise<number> {
  return withBareWorker(address, './bare-workflow.ts', (client) => {
    const one = async () => {
      const workflowId = `bench-bare:${crypto.randomUUID()}`;
      const handle = await client.workflow.start('bare', { workflowId, taskQueue: TASK_QUEUE });
      await handle.signal('go');
      await handle.result();
    };
    return ratePerSecond(one, inFlight, count);
  });
}

/** The same for a renewal. */
export function bareRenewalsPerSecond(address: string, inFlight: number, count: number): Promise<number> {
  return withBareWorker(address, './bare-renewal.ts', (client) => {
    const one = async () => {
      const workflowId = `bench-bare-renewal:${crypto.randomUUID()}`;
      const start = { workflowId, taskQueue: TASK_QUEUE, signal: 'wake' };
      const handle = await client.workflow.signalWithStart('bareRenewal', start);
      await handle.result();
    };
    return ratePerSecond(one, inFlight, count);
  });
}

async function withBareWorker(
  address: string,
  workflows: string,
  measure: (client: Client) => Promise<number>,
): Promise<number> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL(workflows, import.meta.url)),
    activities: { nothing: async () => {} },
  });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection });
  try {
    return await worker.runUntil(() => measure(client));
  } finally {
    await clientConnection.close();
    await connection.close();
  }
}

/** How often a second `one` ends, with so many of them at once. */
export async function ratePerSecond(
  one: (index: number) => Promise<void>,
  inFlight: number,
  count: number,
): Promise<number> {
  const limit = pLimit(inFlight);
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, (_, index) => limit(() => one(index))));
  return (count / (performance.now() - started)) * 1000;
}
