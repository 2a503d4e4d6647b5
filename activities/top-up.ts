import { formatMinor } from '../billing/currency.ts';
import type { AttentionReason, OrderStatus } from '../billing/orders.ts';
import type { Order } from '../db/orders.ts';
import type { TopUpInput } from '../workflows/contract.ts';
import { askProvider, type OrderRequest } from './ask-provider.ts';
import { type CloseOrderInput, closeOrder } from './close-order.ts';
import type { ActivityDeps } from './deps.ts';
import { issueCheckout } from './issue-checkout.ts';
import { openOrder } from './open-order.ts';
import { existingOrder } from './order-parts.ts';
import { askForReview, giveUpOnLink, lengthen } from './order-upkeep.ts';

/** What the workflow knows of its order. Small: each one is in the history. */
export interface OrderSnapshot {
  status: OrderStatus;
  attentionReason: AttentionReason | null;
  createdAt: string;
  expiresAt: string;
  /** The money for a plan is there, and waits for the account's subscription workflow. */
  toBeFulfilled: boolean;
}

export interface OpenedOrder extends OrderSnapshot {
  pollFirstSeconds: number;
  /** For people: "20.00 USD". */
  askedFor: string;
}

export type TopUpActivities = ReturnType<typeof createTopUpActivities>;

/** The steps of a top-up. Each may run twice: it looks at the row before it acts. */
export function createTopUpActivities(deps: ActivityDeps) {
  return {
    async openOrder(input: TopUpInput): Promise<OpenedOrder> {
      const order = await openOrder(deps, input);
      const askedFor = `${formatMinor(order.payMinor, order.payCurrency)} ${order.payCurrency}`;
      return { ...snapshotOf(order), pollFirstSeconds: deps.orders.pollFirstSeconds, askedFor };
    },
    async readOrder(input: { orderId: string }): Promise<OrderSnapshot> {
      return snapshotOf(await existingOrder(deps.db, input.orderId));
    },
    async issueCheckout(input: { orderId: string }): Promise<OrderSnapshot> {
      return snapshotOf(await issueCheckout(deps, input.orderId));
    },
    /** The account's subscription workflow does what the order paid for, and tells the order's when it has. */
    async handToSubscription(input: { orderId: string; accountId: string }): Promise<void> {
      await deps.messages.orderPaid(input.accountId, input.orderId);
    },
    async giveUpOnLink(input: { orderId: string }): Promise<OrderSnapshot> {
      return snapshotOf(await giveUpOnLink(deps, input));
    },
    async askProvider(request: OrderRequest): Promise<OrderSnapshot> {
      return snapshotOf(await askProvider(deps, request));
    },
    async closeOrder(input: CloseOrderInput): Promise<OrderSnapshot> {
      return snapshotOf(await closeOrder(deps, input));
    },
    async askForReview(input: { orderId: string; reason: AttentionReason }): Promise<OrderSnapshot> {
      return snapshotOf(await askForReview(deps, input));
    },
    async extendOrder(input: OrderRequest & { seconds: number }): Promise<OrderSnapshot> {
      return snapshotOf(await lengthen(deps, input));
    },
  };
}

function snapshotOf(order: Order): OrderSnapshot {
  const { status, attentionReason, createdAt, expiresAt, kind, paidMinor } = order;
  return {
    status,
    attentionReason,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    toBeFulfilled: kind !== 'top_up' && status === 'paid' && paidMinor !== null,
  };
}
