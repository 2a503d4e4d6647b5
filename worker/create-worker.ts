import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createBillingRunActivities } from '../activities/billing-run.ts';
import { createCardSetupActivities } from '../activities/card-setup.ts';
import { createConfirmPaymentActivities } from '../activities/confirm-payment.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import { createSandboxClockActivities } from '../activities/sandbox-clock.ts';
import { createSubscriptionActivities } from '../activities/subscription.ts';
import { createTopUpActivities } from '../activities/top-up.ts';
import { taskQueue } from '../workflows/contract.ts';
import { domainFailures } from './failures.ts';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundleOption;
  deps: ActivityDeps;
}

/** Everything this deployment's workflows need, on the one task queue. */
export function createWorker({
  connection,
  namespace,
  workflowBundle,
  deps,
}: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle,
    activities: {
      ...createTopUpActivities(deps),
      ...createConfirmPaymentActivities(deps),
      ...createSubscriptionActivities(deps),
      ...createBillingRunActivities(deps),
      ...createSandboxClockActivities(deps),
      ...createCardSetupActivities(deps),
    },
    interceptors: { activity: [domainFailures] },
    // Each local activity takes a connection of the pool for a few milliseconds; more at once only queue there.
    maxConcurrentLocalActivityExecutions: 50,
    // These wait for a provider, up to ten seconds each.
    maxConcurrentActivityTaskExecutions: 100,
    maxCachedWorkflows: 1_000,
    shutdownGraceTime: '15 seconds',
  });
}
