import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { ActivityDeps } from '../../activities/deps.ts';
import { loadWorkflowBundle } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { subscriptionMessages } from '../../worker/messages.ts';
import type { TestTemporal } from './temporal.ts';

export interface TestWorker {
  stop(): Promise<void>;
}

let installed = false;

/** The real worker, in the test's process. */
export async function startTestWorker(
  temporal: TestTemporal,
  given: Omit<ActivityDeps, 'messages'>,
): Promise<TestWorker> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  installed = true;
  const { address, namespace } = temporal;
  const [workflowBundle, connection] = await Promise.all([
    loadWorkflowBundle(path.join(tmpdir(), 'tollgate-test-bundles')),
    NativeConnection.connect({ address }),
  ]);
  const stopped = new AbortController();
  const deps = { ...given, messages: subscriptionMessages(temporal.client, stopped.signal) };
  const worker = await createWorker({ connection, namespace, workflowBundle, deps });
  const ended = worker.run();
  return {
    stop: async () => {
      shutDown(worker);
      await ended;
      stopped.abort();
      await connection.close();
    },
  };
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
