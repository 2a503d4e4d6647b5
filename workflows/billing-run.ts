import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { BillingRunActivities } from '../activities/billing-run.ts';
import type { BillingRunInput, BillingRunResult } from './contract.ts';

// One page is some minutes of waking at a bounded rate. Each heartbeat says how far it is, so that a page that breaks
// off is taken up where it was.
const { wakeDuePage } = proxyActivities<BillingRunActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/**
 * Wakes the subscription of every account for which something has fallen due. It renews nothing itself: whom it wakes
 * twice renews once, so it may run as often, as late and as many times at once as anybody likes.
 */
export async function billingRun(input: BillingRunInput): Promise<BillingRunResult> {
  const asOf = input.asOf ?? new Date().toISOString();
  let { after, woken = 0 } = input;
  for (;;) {
    const page = await wakeDuePage({ asOf, accountId: input.accountId, after });
    woken += page.woken;
    setCurrentDetails(`Woke **${woken}** subscriptions that were due at ${asOf}.`);
    if (!page.after) return { asOf, woken };
    after = page.after;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof billingRun>({ ...input, asOf, after, woken });
  }
}
