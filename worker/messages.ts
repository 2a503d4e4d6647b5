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

/** How steps reach the workflows of other ids. What is still under way when `stopped` is aborted is given up. */
export function subscriptionMessages(client: Client, stopped: AbortSignal): SubscriptionMessages {
  const { workflow } = client;
  const send = async (call: () => Promise<unknown>): Promise<void> => {
    await client.withAbortSignal(stopped, call);
  };
  const startOf = (accountId: string) =>
    new WithStartWorkflowOperation(subscriptionWorkflow, subscriptionStart(accountId));
  return {
    wake: (accountId) =>
      send(() =>
        workflow.signalWithStart(subscriptionWorkflow, {
          ...subscriptionStart(accountId),
          signal: wakeSignal,
        }),
      ),
    orderPaid(accountId, orderId) {
      const start = subscriptionStart(accountId);
      const signalArgs: [{ orderId: string }] = [{ orderId }];
      return send(() =>
        workflow.signalWithStart(subscriptionWorkflow, { ...start, signal: orderPaidSignal, signalArgs }),
      );
    },
    orderSettled: (order) =>
      unlessGone(() => send(() => workflow.getHandle(orderWorkflowId(order)).signal(paymentSettledSignal))),
    cardChanged(accountId, paymentMethodId) {
      const request = { args: [{ paymentMethodId }] as [{ paymentMethodId: string }] };
      const startWorkflowOperation = startOf(accountId);
      // The card is there: without a plan nobody needs to know.
      return unlessRefused(() =>
        send(() =>
          workflow.executeUpdateWithStart(cardChangedUpdate, { ...request, startWorkflowOperation }),
        ),
      );
    },
    setupHeard: (setupId) =>
      unlessGone(() => send(() => workflow.getHandle(cardSetupWorkflowId(setupId)).signal(setupHeardSignal))),
    runDue(accountId) {
      const startWorkflowOperation = startOf(accountId);
      return send(() => workflow.executeUpdateWithStart(runDueUpdate, { startWorkflowOperation }));
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
