import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  SubscriptionActivities,
  SubscriptionReport,
  SubscriptionRequest,
} from '../activities/subscription.ts';
import {
  orderPaidSignal,
  runDueUpdate,
  type SubscriptionInput,
  type SubscriptionState,
  wakeSignal,
} from './contract.ts';
import { JobQueue } from './subscription-queue.ts';
import { takeSubscriptionRequests } from './subscription-requests.ts';
import { SubscriptionWindow, stateOf } from './subscription-window.ts';

// Steps that only touch Postgres. While it is down they are tried again for as long as it takes.
const database = proxyLocalActivities<SubscriptionActivities>({ startToCloseTimeout: '10 seconds' });

// An outcome that is not known is an answer of these steps. What is tried again is a step that broke off.
const provider = proxyActivities<SubscriptionActivities>({
  startToCloseTimeout: '45 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '5 minutes' },
});

// A mail server that is down must not keep a renewal waiting: the worker's sweep sends what is left.
const mail = proxyActivities<SubscriptionActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 2 },
});

/** `run_due`: somebody waits until everything that is due was done. */
export type SubscriptionJob =
  | { kind: 'order_paid'; orderId: string }
  | { kind: 'run_due' }
  | { kind: 'refund'; requestedBy: string; reason: string; subscriptionId: string | undefined }
  | { kind: 'request'; request: SubscriptionRequest };

/**
 * An account's plan, while there is something to do for it. Renewal, purchase, switch, cancellation and whatever
 * support asks for happen here one after another; when nothing is left it ends, and the next message starts it again.
 */
export async function subscription({ accountId }: SubscriptionInput): Promise<SubscriptionState> {
  const queue = new JobQueue<SubscriptionJob, SubscriptionReport>();
  setHandler(wakeSignal, () => queue.poke());
  setHandler(orderPaidSignal, ({ orderId }) => queue.tell({ kind: 'order_paid', orderId }));
  setHandler(runDueUpdate, async () => stateOf(await queue.ask({ kind: 'run_due' })));
  takeSubscriptionRequests(queue);
  const plan: Plan = { accountId, window: new SubscriptionWindow() };
  // With whatever it was started for: what time has made due comes after it, in the same breath.
  let report = await takeJob(plan, queue);
  for (;;) {
    if (report.todo === 'rest' && !queue.hasNews) {
      await condition(allHandlersFinished);
      if (!queue.hasNews) return stateOf(report);
    }
    if (!queue.hasNews) await queue.wait(report.waitMs ?? HOUR_MS, report.reason ?? 'News');
    report = await takeJob(plan, queue);
    if (workflowInfo().continueAsNewSuggested && !queue.hasNews) {
      await condition(allHandlersFinished);
      if (!queue.hasNews) await continueAsNew<typeof subscription>({ accountId });
    }
  }
}

const HOUR_MS = 3_600_000;

interface Plan {
  accountId: string;
  window: SubscriptionWindow;
}

/** Does what one message asks for, or without one what time has made due. */
async function takeJob(
  plan: Plan,
  queue: JobQueue<SubscriptionJob, SubscriptionReport>,
): Promise<SubscriptionReport> {
  const next = queue.takeNews();
  if (!next) return goOn(plan);
  try {
    const report = await goOn(plan, await perform(plan, next.job));
    next.resolve(report);
    return report;
  } catch (error) {
    next.reject(error);
    return goOn(plan);
  }
}

function perform({ accountId }: Plan, job: SubscriptionJob): Promise<SubscriptionReport> {
  const turn = { accountId, now: new Date().toISOString() };
  switch (job.kind) {
    case 'order_paid':
      return provider.fulfilOrder({ ...turn, orderId: job.orderId });
    case 'request':
      return job.request.kind === 'cancel'
        ? provider.handleRequest({ ...turn, ...job.request })
        : database.handleRequest({ ...turn, ...job.request });
    case 'refund':
      return provider.refundPlan({ ...turn, ...job, requestId: uuid4() });
    case 'run_due':
      return database.advanceSubscription(turn);
  }
}

/** Until time or somebody else has to do the next step. */
async function goOn(plan: Plan, from?: SubscriptionReport): Promise<SubscriptionReport> {
  const { accountId, window } = plan;
  let report = from ?? (await database.advanceSubscription({ accountId, now: new Date().toISOString() }));
  while (report.todo === 'collect') {
    // A charge that is merely due is not worth an event of its own.
    if (report.reason) window.show(report);
    if (report.notices) await sendMails(accountId);
    report = await provider.collectPayment({ accountId, now: new Date().toISOString() });
  }
  if (report.notices) await sendMails(accountId);
  window.show(report);
  return report;
}

async function sendMails(accountId: string): Promise<void> {
  try {
    await mail.sendNotices({ accountId });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
