import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { SubscriptionReport, SubscriptionRequest } from '../activities/subscription.ts';
import {
  cancelSubscriptionUpdate,
  cardChangedUpdate,
  grantPeriodUpdate,
  type Requested,
  refundPlanUpdate,
  resumeSubscriptionUpdate,
  retryChargeUpdate,
  type SubscriptionState,
  scheduleSwitchUpdate,
  skipPeriodUpdate,
} from './contract.ts';
import type { SubscriptionJob } from './subscription.ts';
import type { JobQueue } from './subscription-queue.ts';
import { stateOf } from './subscription-window.ts';

type Queue = JobQueue<SubscriptionJob, SubscriptionReport>;

/** What customers (through the api) and support (from the Temporal UI too) may ask of an account's plan. */
export function takeSubscriptionRequests(queue: Queue): void {
  take(queue, cancelSubscriptionUpdate, 'The paid period is the last one', ({ requestedBy }) => ({
    kind: 'cancel',
    requestedBy,
  }));
  take(queue, resumeSubscriptionUpdate, 'Takes a cancellation back', ({ requestedBy }) => ({
    kind: 'resume',
    requestedBy,
  }));
  take(queue, scheduleSwitchUpdate, 'Another plan from the next period on', ({ requestedBy, planId }) => ({
    kind: 'schedule_switch',
    requestedBy,
    planId,
  }));
  take(
    queue,
    retryChargeUpdate,
    'Charges the saved card now. {"requestedBy": "your name"}',
    ({ requestedBy }) => ({
      kind: 'retry_charge',
      requestedBy,
    }),
  );
  takeReasoned(queue, skipPeriodUpdate, 'skip_period', 'The next period begins unpaid and without credits');
  takeReasoned(queue, grantPeriodUpdate, 'grant_period', 'The next period counts as paid');
  takeRefund(queue);
  setHandler(cardChangedUpdate, async ({ paymentMethodId }) =>
    stateOf(await queue.ask({ kind: 'request', request: { kind: 'card_changed', paymentMethodId } })),
  );
}

function take<Args extends Requested>(
  queue: Queue,
  update: UpdateDefinition<SubscriptionState, [Args]>,
  description: string,
  requestOf: (args: Args) => SubscriptionRequest,
): void {
  const handler = async (args: Args) =>
    stateOf(await queue.ask({ kind: 'request', request: requestOf(args) }));
  setHandler(update, handler, { description, validator: requireName });
}

function takeReasoned(
  queue: Queue,
  update: UpdateDefinition<SubscriptionState, [Requested & { reason: string }]>,
  kind: 'skip_period' | 'grant_period',
  what: string,
): void {
  const description = `${what}. ${withReason}`;
  const handler = async ({ requestedBy, reason }: Requested & { reason: string }) =>
    stateOf(await queue.ask({ kind: 'request', request: { kind, requestedBy, reason } }));
  setHandler(update, handler, { description, validator: requireReason });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const withReason = '{"requestedBy": "your name", "reason": "why"}';

function takeRefund(queue: Queue): void {
  setHandler(
    refundPlanUpdate,
    async ({ requestedBy, reason, subscriptionId }) =>
      stateOf(await queue.ask({ kind: 'refund', requestedBy, reason, subscriptionId })),
    {
      description: `Pays back what is unspent, and ends the plan. ${withReason}`,
      validator: (request) => {
        requireReason(request);
        if (request.subscriptionId !== undefined && !UUID.test(request.subscriptionId))
          throw refused('subscriptionId must be the id of a subscription');
      },
    },
  );
}

// People send these from the Temporal UI too, where nothing checks types.
function requireName(request: Requested): void {
  if (!isText(request?.requestedBy)) throw refused('requestedBy must name who asks');
}

function requireReason(request: Requested & { reason: string }): void {
  requireName(request);
  if (!isText(request.reason)) throw refused('reason must say why');
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 500;
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'invalid_request');
}
