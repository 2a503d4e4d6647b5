import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import { billingRunWorkflow, billingScheduleId, taskQueue } from '../workflows/contract.ts';

/**
 * The billing scheduler: each hour, and after an outage once for all that was missed. Made by whichever worker starts
 * first; an operator who changes or pauses it in the Temporal UI is left alone.
 */
export async function ensureBillingSchedule({ schedule }: Client, logger: Logger): Promise<void> {
  try {
    await schedule.create({
      scheduleId: billingScheduleId,
      spec: { intervals: [{ every: '1 hour' }] },
      action: {
        type: 'startWorkflow',
        workflowType: billingRunWorkflow,
        taskQueue,
        args: [{}],
        workflowId: 'billing-run-scheduled',
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    });
    logger.info('Made the schedule of billing runs');
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
