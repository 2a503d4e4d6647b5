import { ApplicationFailure, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { OrderSnapshot, TopUpActivities } from '../activities/top-up.ts';
import {
  cancelOrderUpdate,
  checkWithProviderUpdate,
  extendOrderUpdate,
  failOrderUpdate,
  issueLinkUpdate,
  paymentSettledSignal,
  type Requested,
  type TopUpState,
} from './contract.ts';
import type { TopUpOrder } from './top-up-order.ts';

const database = proxyLocalActivities<TopUpActivities>({ startToCloseTimeout: '10 seconds' });

// Somebody waits for the answer: say soon that the provider is not there.
const provider = proxyActivities<TopUpActivities>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 2 },
});

/** What customers (through the api) and support (from the Temporal UI too) may ask of a top-up. */
export function takeRequests(order: TopUpOrder): void {
  setHandler(paymentSettledSignal, () => order.hear());
  takeIssueLink(order);
  takeCheck(order);
  takeCancel(order);
  takeExtend(order);
  takeFail(order);
}

function takeIssueLink(order: TopUpOrder): void {
  const answer = async () => {
    await order.whenLinkIsDecided();
    return order.state;
  };
  setHandler(issueLinkUpdate, answer, {
    description: 'Answers once the customer can be sent to the provider',
  });
}

function takeCheck(order: TopUpOrder): void {
  const check = async (request: Requested) => {
    await order.whenOpened();
    const { orderId } = order.input;
    return tell(order, await provider.askProvider({ orderId, ...sourceOf(request) }));
  };
  const description = 'Asks the provider now and settles what it says. {"requestedBy": "your name"}';
  setHandler(checkWithProviderUpdate, check, { validator: requireName, description });
}

function takeCancel(order: TopUpOrder): void {
  const cancel = async (request: Requested) => {
    await order.whenOpened();
    order.stopIssuing();
    const { orderId } = order.input;
    const detail = `Cancelled by ${request.requestedBy}. Nothing was charged.`;
    const { source } = sourceOf(request);
    return tell(order, await provider.closeOrder({ orderId, as: 'cancelled', source, detail }));
  };
  const validator = (request: Requested) => {
    requireName(request);
    requireUnpaid(order);
  };
  const description = 'Closes the payment page, unless money came meanwhile. {"requestedBy": "your name"}';
  setHandler(cancelOrderUpdate, cancel, { validator, description });
}

function takeExtend(order: TopUpOrder): void {
  const extend = async (request: Requested & { seconds: number }) => {
    await order.whenOpened();
    const { orderId } = order.input;
    const { seconds, requestedBy } = request;
    return tell(order, await database.extendOrder({ orderId, source: 'support', requestedBy, seconds }));
  };
  const validator = (request: Requested & { seconds: number }) => {
    requireName(request);
    requireUnpaid(order);
    if (!Number.isInteger(request.seconds) || request.seconds < 60 || request.seconds > 86_400)
      throw refused('invalid_request', 'seconds must be a whole number from 60 to 86400');
  };
  const description = 'Leaves the page open for longer. {"requestedBy": "your name", "seconds": 3600}';
  setHandler(extendOrderUpdate, extend, { validator, description });
}

function takeFail(order: TopUpOrder): void {
  const fail = async (request: Requested & { reason: string }) => {
    await order.whenOpened();
    order.stopIssuing();
    const { orderId } = order.input;
    const detail = `${request.requestedBy}: ${request.reason}`;
    return tell(order, await provider.closeOrder({ orderId, as: 'failed', source: 'support', detail }));
  };
  const validator = (request: Requested & { reason: string }) => {
    requireName(request);
    if (order.status !== 'needs_review') requireUnpaid(order);
    if (!isText(request.reason)) throw refused('invalid_request', 'reason must say why');
  };
  const description = 'Gives the order up. {"requestedBy": "your name", "reason": "why"}';
  setHandler(failOrderUpdate, fail, { validator, description });
}

function tell(order: TopUpOrder, { status, attentionReason }: OrderSnapshot): TopUpState {
  order.hear();
  return { orderId: order.input.orderId, status, attentionReason };
}

function sourceOf({ requestedBy }: Requested) {
  if (requestedBy === 'customer' || requestedBy === 'return') return { source: requestedBy } as const;
  return { source: 'support', requestedBy } as const;
}

// People send these from the Temporal UI too, where nothing checks types.
function requireName(request: Requested): void {
  if (!isText(request?.requestedBy)) throw refused('invalid_request', 'requestedBy must name who asks');
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 500;
}

function requireUnpaid(order: TopUpOrder): void {
  if (!order.isUnpaid)
    throw refused('order_not_open', `The order is ${order.status}: this is no longer possible`);
}

function refused(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
