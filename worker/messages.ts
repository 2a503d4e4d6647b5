import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { SubscriptionMessages } from '../activities/deps.ts';
import {
  cardChangedUpdate,
  cardSetupWorkflowId,
  orderPaidSignal,
  orderWorkflowId,
  paymentSettledSignal,
  runDueUpdate,
  setupHeardSignal,
  subscriptionStart,
  subscriptionWorkflow,
  wakeSignal,
} from '../workflows/contract.ts';

/** How steps reach the workflows of other ids. */
export function subscriptionMessages({ workflow }: Client): SubscriptionMessages {
  return {
    async wake(accountId) {
      const { args, ...start } = subscriptionStart(accountId);
      await workflow.signalWithStart(subscriptionWorkflow, { ...start, args, signal: wakeSignal });
    },
    async orderPaid(accountId, orderId) {
      const start = subscriptionStart(accountId);
      const signalArgs: [{ orderId: string }] = [{ orderId }];
      await workflow.signalWithStart(subscriptionWorkflow, { ...start, signal: orderPaidSignal, signalArgs });
    },
    async orderSettled(order) {
      await unlessGone(() => workflow.getHandle(orderWorkflowId(order)).signal(paymentSettledSignal));
    },
    async cardChanged(accountId, paymentMethodId) {
      const startWorkflowOperation = new WithStartWorkflowOperation(
        subscriptionWorkflow,
        subscriptionStart(accountId),
      );
      // The card is there: without a plan nobody needs to know.
      await unlessRefused(() =>
        workflow.executeUpdateWithStart(cardChangedUpdate, {
          args: [{ paymentMethodId }],
          startWorkflowOperation,
        }),
      );
    },
    async setupHeard(setupId) {
      await unlessGone(() => workflow.getHandle(cardSetupWorkflowId(setupId)).signal(setupHeardSignal));
    },
    async runDue(accountId) {
      const startWorkflowOperation = new WithStartWorkflowOperation(
        subscriptionWorkflow,
        subscriptionStart(accountId),
      );
      await workflow.executeUpdateWithStart(runDueUpdate, { startWorkflowOperation });
    },
  };
}

async function unlessRefused(tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  }
}

/** A workflow that has ended needs no telling. */
async function unlessGone(tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
