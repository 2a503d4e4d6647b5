import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pLimit from 'p-limit';

const TASK_QUEUE = 'bench-bare';

// Its chatter would stand between the figures.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Bare workflows a second on this server: the limit that a top-up's rate is held against. */
export async function bareWorkflowsPerSecond(
  address: string,
  inFlight: number,
  count: number,
): Promise<number> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
    activities: { nothing: async () => {} },
  });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection });
  try {
    return await worker.runUntil(() => rate(client, inFlight, count));
  } finally {
    await clientConnection.close();
    await connection.close();
  }
}

async function rate(client: Client, inFlight: number, count: number): Promise<number> {
  const limit = pLimit(inFlight);
  const one = async () => {
    const workflowId = `bench-bare:${crypto.randomUUID()}`;
    const handle = await client.workflow.start('bare', { workflowId, taskQueue: TASK_QUEUE });
    await handle.signal('go');
    await handle.result();
  };
  await Promise.all(Array.from({ length: inFlight }, () => limit(one)));
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => limit(one)));
  return (count / (performance.now() - started)) * 1000;
}
