import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { SandboxClockActivities } from '../activities/sandbox-clock.ts';
import type { SandboxClockInput, SandboxClockResult } from './contract.ts';

const { moveToNextDue, runWhatIsDue } = proxyActivities<SandboxClockActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/**
 * Moves a sandbox account's time to a date. It stops wherever something falls due and lets the account's own
 * workflow do it, so that a year of a plan happens as it would in a year.
 */
export async function sandboxClock(input: SandboxClockInput): Promise<SandboxClockResult> {
  const { accountId, to } = input;
  let { steps = 0 } = input;
  for (;;) {
    const { now, arrived } = await moveToNextDue({ accountId, to, wallNow: new Date().toISOString() });
    setCurrentDetails(`It is **${now}** for this account. ${steps} things fell due on the way to ${to}.`);
    await runWhatIsDue({ accountId });
    if (arrived) return { now, steps };
    steps += 1;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof sandboxClock>({ ...input, steps });
  }
}
