/** The least that a durable step costs here: a workflow that waits for a signal, calls one activity and ends. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

export const go = defineSignal('go');

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '10 seconds' });

export async function bare(): Promise<void> {
  let told = false;
  setHandler(go, () => {
    told = true;
  });
  await condition(() => told);
  await nothing();
}
