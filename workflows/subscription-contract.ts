import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ProviderName } from '../billing/orders.ts';
import type { SubscriptionStatus } from '../billing/subscriptions.ts';
import { type Requested, searchAttributes, taskQueue } from './contract.ts';

/**
 * subscription: one per account, running while there is something to do for its plan, and gone while there is not:
 * everything that matters is in Postgres. Its id makes it the one place where renewal, switch, cancel, resume and
 * card change of an account happen, one after another.
 */
export const subscriptionWorkflow = 'subscription';
export const subscriptionWorkflowId = (accountId: string) => `subscription:${accountId}`;

export interface SubscriptionInput {
  accountId: string;
}

export interface SubscriptionState {
  /** `null`: the account has no plan. */
  subscriptionId: string | null;
  status: SubscriptionStatus | null;
  /** What happens next, in words. */
  next: string;
}

/** How it is started, by whoever has news for it. */
export function subscriptionStart(accountId: string) {
  return {
    taskQueue,
    workflowId: subscriptionWorkflowId(accountId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    args: [{ accountId }] satisfies [SubscriptionInput],
    typedSearchAttributes: [{ key: searchAttributes.accountId, value: accountId }],
  };
}

/** Something fell due or was written: look again. */
export const wakeSignal = defineSignal('wake');
/** An order of this account for a plan was paid. */
export const orderPaidSignal = defineSignal<[{ orderId: string }]>('orderPaid');

/** Answers when everything that is due now was done. */
export const runDueUpdate = defineUpdate<SubscriptionState>('runDue');
/** The paid period is the last one. */
export const cancelSubscriptionUpdate = defineUpdate<SubscriptionState, [Requested]>('cancelSubscription');
/** Takes a cancellation back, until the period ends. */
export const resumeSubscriptionUpdate = defineUpdate<SubscriptionState, [Requested]>('resumeSubscription');
/** Another plan from the next period on; `null` takes that back. */
export const scheduleSwitchUpdate = defineUpdate<SubscriptionState, [Requested & { planId: string | null }]>(
  'scheduleSwitch',
);
/** The account saved another card: it is charged from now on, at once where a charge had failed. */
export const cardChangedUpdate = defineUpdate<SubscriptionState, [{ paymentMethodId: string }]>(
  'cardChanged',
);
/** Support: charges the saved card now, whatever the ladder says. */
export const retryChargeUpdate = defineUpdate<SubscriptionState, [Requested]>('retryCharge');
/** Support: the next period begins unpaid and without credits. */
export const skipPeriodUpdate = defineUpdate<SubscriptionState, [Requested & { reason: string }]>(
  'skipPeriod',
);
/** Support: the next period counts as paid (evidence in the reason). */
export const grantPeriodUpdate = defineUpdate<SubscriptionState, [Requested & { reason: string }]>(
  'grantPeriod',
);
/**
 * Support: what is unspent of the current period goes back to where it came from, and the plan ends. With the id of a
 * subscription only that one is ended: a repeat that comes late does not touch the next.
 */
export const refundPlanUpdate = defineUpdate<
  SubscriptionState,
  [Requested & { reason: string; subscriptionId?: string }]
>('refundPlan');

/** billing-run: wakes the subscription of every account for which something has fallen due. */
export const billingRunWorkflow = 'billingRun';
/** Runs that are asked for join the one that is running. */
export const billingRunWorkflowId = 'billing-run';
export const billingScheduleId = 'billing';

export interface BillingRunInput {
  /** ISO; absent: now. Never later than now. */
  asOf?: string;
  /** Only this account's. */
  accountId?: string;
  /** Where a run that went on in a fresh history stands. */
  after?: { wakeAt: string; id: string };
  woken?: number;
}

export interface BillingRunResult {
  asOf: string;
  woken: number;
}

/** sandbox-clock: moves a sandbox account's time on, doing what falls due on the way. */
export const sandboxClockWorkflow = 'sandboxClock';
export const sandboxClockWorkflowId = (accountId: string) => `sandbox-clock:${accountId}`;

export interface SandboxClockInput {
  accountId: string;
  /** ISO, in the account's time. */
  to: string;
  requestedBy: string;
  /** How many things fell due before this history. */
  steps?: number;
}

export interface SandboxClockResult {
  now: string;
  /** How often something fell due on the way. */
  steps: number;
}

/** card-setup: one page on which a customer saves a card, until it is saved or closed. */
export const cardSetupWorkflow = 'cardSetup';
export const cardSetupWorkflowId = (setupId: string) => `card-setup:${setupId}`;

export interface CardSetupInput {
  setupId: string;
  accountId: string;
  idempotencyKey: string;
  provider: ProviderName;
}

export interface CardSetupState {
  setupId: string;
  status: 'open' | 'complete' | 'expired';
  url: string | null;
  paymentMethodId: string | null;
}

export function cardSetupStart(input: CardSetupInput) {
  return {
    taskQueue,
    workflowId: cardSetupWorkflowId(input.setupId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    args: [input] satisfies [CardSetupInput],
    typedSearchAttributes: [{ key: searchAttributes.accountId, value: input.accountId }],
  };
}

/** Sent with the start: answers as soon as the customer can be sent to the page. */
export const issueSetupLinkUpdate = defineUpdate<CardSetupState>('issueSetupLink');
/** Asks the provider now. */
export const checkSetupUpdate = defineUpdate<CardSetupState>('checkSetup');
/** The provider has told something about this page. */
export const setupHeardSignal = defineSignal('setupHeard');
