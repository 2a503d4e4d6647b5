import { v7 as uuidv7 } from 'uuid';
import { decideFulfilment, type Fulfilment } from '../../billing/fulfilment.ts';
import { formatUsd } from '../../billing/money.ts';
import { worthOf } from '../../billing/orders.ts';
import { postTransfer, providerClearing, systemAccounts } from '../../db/ledger.ts';
import { addOrderEvent } from '../../db/order-events.ts';
import { markFulfilled } from '../../db/order-writes.ts';
import { findOrder, lockOrder, type Order } from '../../db/orders.ts';
import { savePaymentMethod } from '../../db/payment-methods.ts';
import { findPlanVersion, type PlanVersion } from '../../db/plans.ts';
import { findPeriod } from '../../db/subscription-periods.ts';
import { changeSubscription, findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { SavedCard } from '../../providers/recurring.ts';
import type { ActivityDeps } from '../deps.ts';
import { providerOf } from '../order-parts.ts';
import { activate, appendPass } from './activate.ts';
import { advance } from './advance.ts';
import { creditWallet, openNextPeriod, payNextPeriod } from './pay-period.ts';
import { cancelAtProvider, stopProviderRun } from './provider-run.ts';
import type { SubscriptionReport } from './report.ts';
import { leavePlan } from './switch-plan.ts';
import { type Turn, type TurnInput, takeTurn } from './turn.ts';

export interface FulfilInput extends TurnInput {
  orderId: string;
  /** Which try of the step it is, from 1. */
  attempt: number;
}

export interface FulfilReport extends SubscriptionReport {
  order: Pick<Order, 'id' | 'kind'> | null;
}

// A card that the provider cannot name is no reason to keep a paid plan waiting: the next renewal asks for one.
const CARD_ATTEMPTS = 5;

/**
 * What a paid order buys, once. What a provider would go on charging for nothing is cancelled there first, and that is
 * certain before anything changes here; the rest is one transaction.
 */
export async function fulfilOrder(deps: ActivityDeps, input: FulfilInput): Promise<FulfilReport> {
  const card = await readCard(deps, input);
  const run = await takeTurn(deps, input, (turn) => runToStop(turn, input.orderId));
  if (run?.of === 'plan') await stopProviderRun(deps, input, run.live);
  else if (run) await cancelAtProvider(deps, run.order);
  return takeTurn(deps, input, async (turn) => {
    const order = await lockOrder(turn.trx, input.orderId);
    const isOurs = order?.accountId === turn.accountId;
    if (order && isOurs && isWaiting(order)) await fulfil(turn, order, card);
    return { ...(await advance(turn)), order: order && isOurs ? { id: order.id, kind: order.kind } : null };
  });
}

function isWaiting(order: Order): boolean {
  return order.kind !== 'top_up' && order.status === 'paid' && order.paidMinor !== null;
}

async function readCard(
  deps: ActivityDeps,
  { orderId, attempt }: FulfilInput,
): Promise<SavedCard | undefined> {
  const order = await findOrder(deps.db, orderId);
  if (order?.renewal !== 'pull' || !order.paymentRef || !isWaiting(order)) return undefined;
  try {
    return await providerOf(deps, order.provider).savedCards?.fetchSavedCard(order.paymentRef);
  } catch (error) {
    if (attempt < CARD_ATTEMPTS) throw error;
    return undefined;
  }
}

type RunToStop = { of: 'plan'; live: Subscription } | { of: 'order'; order: Order };

/** What its provider charges by itself: the plan that a switch leaves, or what this order began and gets no plan of. */
async function runToStop(turn: Turn, orderId: string): Promise<RunToStop | undefined> {
  const order = await findOrder(turn.trx, orderId);
  if (!order || !isWaiting(order)) return undefined;
  const live = await findLiveSubscription(turn.trx, turn.accountId);
  const { fulfilment } = await decide(turn, order, live);
  const isOld = fulfilment.kind === 'switch' && live?.renewal === 'provider_run';
  if (isOld) return { of: 'plan', live };
  return fulfilment.kind === 'wallet' && order.providerSubscriptionRef ? { of: 'order', order } : undefined;
}

async function decide(turn: Turn, order: Order, live: Subscription | undefined) {
  if (order.planVersion === null || order.kind === 'top_up')
    throw new Error(`Order ${order.id} buys no plan`);
  const terms = await findPlanVersion(turn.trx, order.planVersion);
  const next = live && (await findPeriod(turn.trx, live.id, live.periodIndex + 1));
  const purchase = {
    kind: order.kind,
    planId: terms.planId,
    subscriptionId: order.subscriptionId,
    periodIndex: order.periodIndex,
    underpaid: (order.paidMinor ?? 0n) < order.payMinor,
  };
  return {
    terms,
    fulfilment: decideFulfilment(purchase, live && { ...live, nextIsPaid: next?.status === 'paid' }),
  };
}

async function fulfil(turn: Turn, order: Order, card: SavedCard | undefined): Promise<void> {
  const { trx, accountId } = turn;
  const live = await findLiveSubscription(trx, accountId);
  const { terms, fulfilment } = await decide(turn, order, live);
  const paymentMethodId = card ? await savePaymentMethod(trx, { ...card, accountId }) : null;
  await bookPayment(turn, order, fulfilment);
  const detail = await carryOut(turn, { order, terms, live, paymentMethodId }, fulfilment);
  const creditedNanos = worthOf(order.paidMinor ?? 0n, order);
  await markFulfilled(trx, { orderId: order.id, creditedNanos, fulfilledAs: fulfilment.kind });
  await addOrderEvent(trx, { orderId: order.id, accountId, kind: 'credited', source: 'system', detail });
}

/** The plan's price is a sale; what was paid beyond it, or bought nothing, is the customer's balance. */
async function bookPayment(turn: Turn, order: Order, fulfilment: Fulfilment): Promise<void> {
  const worth = worthOf(order.paidMinor ?? 0n, order);
  const { provider } = order;
  const toWallet = fulfilment.kind === 'wallet' ? worth : worth - order.creditNanos;
  if (toWallet > 0n)
    await creditWallet(turn, {
      key: `top-up:${order.id}`,
      kind: 'top_up',
      reference: order.id,
      provider,
      amountNanos: toWallet,
    });
  // The price of a renewal is booked with its period.
  if (fulfilment.kind === 'wallet' || fulfilment.kind === 'renew') return;
  await postTransfer(turn.trx, {
    key: `purchase:${order.id}`,
    kind: 'plan_payment',
    reference: order.id,
    accountId: turn.accountId,
    debitId: providerClearing[provider],
    creditId: systemAccounts.planSales,
    amountNanos: order.creditNanos,
  });
}

export interface Buying {
  order: Order;
  terms: PlanVersion;
  live: Subscription | undefined;
  paymentMethodId: string | null;
}

async function carryOut(turn: Turn, buying: Buying, fulfilment: Fulfilment): Promise<string> {
  const { order, live } = buying;
  const id = uuidv7();
  switch (fulfilment.kind) {
    case 'activate':
      await activate(turn, id, buying);
      return 'The plan is active';
    case 'append':
      return appendPass(turn, buying);
    case 'switch': {
      const creditNanos = live ? await leavePlan(turn, live, buying) : 0n;
      await activate(turn, id, buying);
      return `The plan is active; $${formatUsd(creditNanos)} for the unused part of the old one are in the wallet`;
    }
    case 'renew':
      return payByHand(turn, buying);
    case 'wallet':
      return `Added to the wallet: ${fulfilment.because}. Order ${order.number}`;
  }
}

async function payByHand(turn: Turn, { order, terms, live, paymentMethodId }: Buying): Promise<string> {
  if (!live) throw new Error(`Order ${order.id} renews nothing`);
  await openNextPeriod(turn, live, terms);
  const { id: paidRef, provider, creditNanos: amountNanos } = order;
  await payNextPeriod(turn, live, { provider, amountNanos, paidBy: 'order', paidRef });
  if (paymentMethodId !== null)
    await changeSubscription(turn.trx, live.id, { paymentMethodId, renewal: 'pull' });
  return 'The next month is paid';
}
