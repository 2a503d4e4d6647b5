/** The least that a renewal costs here: a workflow that is woken, calls one local activity and one activity, and ends. */
import { defineSignal, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';

interface Nothing {
  nothing(): Promise<void>;
}

const local = proxyLocalActivities<Nothing>({ startToCloseTimeout: '10 seconds' });
const remote = proxyActivities<Nothing>({ startToCloseTimeout: '10 seconds' });

export async function bareRenewal(): Promise<void> {
  setHandler(defineSignal('wake'), () => {});
  await local.nothing();
  await remote.nothing();
}
