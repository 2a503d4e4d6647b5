/**
 * The door to the workflows: ids, task queue, messages, inputs and results. The api, the worker and the tests
 * import this file and never workflow code. All of it is plain JSON; money is a decimal string with its unit in
 * the name (nanos, or minor units of a currency).
 */
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { NANOS_PER_CENT } from '../billing/money.ts';
import type { AttentionReason, OrderKind, OrderStatus, ProviderName } from '../billing/orders.ts';
import type { Renewal, SubscriptionKind } from '../billing/subscriptions.ts';

export const taskQueue = 'tollgate';

export const searchAttributes = {
  accountId: defineSearchAttributeKey('AccountId', SearchAttributeType.KEYWORD),
  orderNumber: defineSearchAttributeKey('OrderNumber', SearchAttributeType.KEYWORD),
  provider: defineSearchAttributeKey('Provider', SearchAttributeType.KEYWORD),
  orderStatus: defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD),
  amountCents: defineSearchAttributeKey('AmountCents', SearchAttributeType.INT),
  attentionReason: defineSearchAttributeKey('AttentionReason', SearchAttributeType.KEYWORD),
  /** The first day of the period that is renewed, or of the plan that is switched to: 2026-12-21. */
  period: defineSearchAttributeKey('Period', SearchAttributeType.KEYWORD),
  subscriptionStatus: defineSearchAttributeKey('SubscriptionStatus', SearchAttributeType.KEYWORD),
};

// top-up: one workflow per order. It owns the promise "this order ends credited, or closed, or with a person".

export const topUpWorkflow = 'topUp';
/** The same process for an order that buys a plan, a pass, a switch or a renewal. */
export const planOrderWorkflow = 'planOrder';

export const topUpWorkflowId = (orderId: string) => `top-up:${orderId}`;
export const orderWorkflowId = ({ id, kind }: { id: string; kind: OrderKind }) =>
  kind === 'top_up' ? topUpWorkflowId(id) : `plan-order:${id}`;

/** What an order buys besides balance. */
export interface PurchaseInput {
  kind: Exclude<OrderKind, 'top_up'>;
  planVersion: string;
  /** A plan that renews, or a pass. */
  buys: SubscriptionKind;
  renewal: Renewal;
  /** Whose period a renewal pays, or which subscription a switch leaves. */
  subscriptionId: string | null;
  periodIndex: number | null;
}

export interface TopUpInput {
  orderId: string;
  orderNumber: string;
  accountId: string;
  idempotencyKey: string;
  provider: ProviderName;
  method: string;
  /** What the customer gets when exactly the asked amount arrives. */
  creditNanos: string;
  payCurrency: string;
  payMinor: string;
  /** Absent: a top-up. */
  purchase?: PurchaseInput;
}

/** The input again, from an order's row. */
export function topUpInputOf(order: StoredTopUp): TopUpInput {
  return {
    orderId: order.id,
    orderNumber: order.number,
    accountId: order.accountId,
    idempotencyKey: order.idempotencyKey,
    provider: order.provider,
    method: order.method,
    creditNanos: order.creditNanos.toString(),
    payCurrency: order.payCurrency,
    payMinor: order.payMinor.toString(),
    ...purchaseOf(order),
  };
}

function purchaseOf(order: StoredTopUp): { purchase?: PurchaseInput } {
  const { kind, planVersion, buys, renewal, subscriptionId, periodIndex } = order;
  if (kind === 'top_up' || planVersion === null || buys === null || renewal === null) return {};
  return {
    purchase: { kind, planVersion: planVersion.toString(), buys, renewal, subscriptionId, periodIndex },
  };
}

export interface StoredTopUp {
  id: string;
  number: string;
  accountId: string;
  idempotencyKey: string;
  provider: ProviderName;
  method: string;
  creditNanos: bigint;
  payCurrency: string;
  payMinor: bigint;
  kind: OrderKind;
  planVersion: bigint | null;
  buys: SubscriptionKind | null;
  renewal: Renewal | null;
  subscriptionId: string | null;
  periodIndex: number | null;
}

/**
 * How a top-up's workflow is started, by whoever starts it. A finished one may be started again for the same order:
 * its first step finds the row, so it goes on from there (`check again` on an old order), and never pays twice.
 */
export function orderWorkflowOf(input: TopUpInput): typeof topUpWorkflow | typeof planOrderWorkflow {
  return input.purchase ? planOrderWorkflow : topUpWorkflow;
}

function kindOf({ purchase }: TopUpInput): OrderKind {
  return purchase?.kind ?? 'top_up';
}

export function topUpStart(input: TopUpInput) {
  return {
    taskQueue,
    workflowId: orderWorkflowId({ id: input.orderId, kind: kindOf(input) }),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    args: [input] satisfies [TopUpInput],
    staticSummary: `${input.orderNumber} by ${input.provider}`,
    typedSearchAttributes: [
      { key: searchAttributes.accountId, value: input.accountId },
      { key: searchAttributes.orderNumber, value: input.orderNumber },
      { key: searchAttributes.provider, value: input.provider },
      { key: searchAttributes.orderStatus, value: 'created' },
      { key: searchAttributes.amountCents, value: Number(BigInt(input.creditNanos) / NANOS_PER_CENT) },
    ] satisfies SearchAttributePair[],
  };
}

/** How the order stands now; what a page needs is read from Postgres, not from here. */
export interface TopUpState {
  orderId: string;
  status: OrderStatus;
  attentionReason: AttentionReason | null;
}

export interface TopUpResult {
  status: OrderStatus;
}

/** Sent with the start: answers as soon as the customer can be sent to the provider. Repeats join it. */
export const issueLinkUpdate = defineUpdate<TopUpState>('issueLink');
export const issueLinkUpdateId = 'issue-link';

/** `requestedBy`: "customer", "return" (the page after paying), or the name of whoever works in support. */
export interface Requested {
  requestedBy: string;
}

/** "Check again": asks the provider now. */
export const checkWithProviderUpdate = defineUpdate<TopUpState, [Requested]>('checkWithProvider');
/** Closes the checkout at the provider first; money that arrived meanwhile is credited instead. */
export const cancelOrderUpdate = defineUpdate<TopUpState, [Requested]>('cancelOrder');
/** Support: leaves the link open for longer, up to what the provider allows. */
export const extendOrderUpdate = defineUpdate<TopUpState, [Requested & { seconds: number }]>('extendOrder');
/** Support: gives the order up with a reason. Refused once money was seen. */
export const failOrderUpdate = defineUpdate<TopUpState, [Requested & { reason: string }]>('failOrder');
/** A payment of this order was settled elsewhere (webhook): look at the order's row. */
export const paymentSettledSignal = defineSignal('paymentSettled');

// confirm-payment: one workflow per stored provider event.

export const confirmPaymentWorkflow = 'confirmPayment';
export const confirmPaymentWorkflowId = (provider: ProviderName, eventId: string) =>
  `confirm-payment:${provider}:${eventId}`;

export interface ConfirmPaymentInput {
  inboxEventId: string;
}

/** How a stored event's workflow is started, by whoever starts it. Twice is harmless: settling is. */
export function confirmPaymentStart(event: { id: string; provider: ProviderName; eventId: string }) {
  return {
    taskQueue,
    workflowId: confirmPaymentWorkflowId(event.provider, event.eventId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    args: [{ inboxEventId: event.id }] satisfies [ConfirmPaymentInput],
    typedSearchAttributes: [
      { key: searchAttributes.provider, value: event.provider },
    ] satisfies SearchAttributePair[],
  };
}

export interface ConfirmPaymentResult {
  outcome: string;
  orderId: string | null;
}

export * from './subscription-contract.ts';
