import { formatMinor } from '../billing/currency.ts';
import { formatUsd } from '../billing/money.ts';
import { orderTitle } from '../billing/order-title.ts';
import type { Db } from '../db/connection.ts';
import type { Order } from '../db/orders.ts';
import { readPlanNames } from '../db/plan-names.ts';
import type { TopUp } from './schemas/top-ups.ts';

export async function orderToWire(db: Db, order: Order): Promise<TopUp> {
  return toWire(order, await readPlanNames(db, [order.planVersion]));
}

export async function ordersToWire(db: Db, orders: readonly Order[]): Promise<TopUp[]> {
  const names = await readPlanNames(
    db,
    orders.map((order) => order.planVersion),
  );
  return orders.map((order) => toWire(order, names));
}

function toWire(order: Order, planNames: ReadonlyMap<bigint, string>): TopUp {
  const planName = order.planVersion === null ? undefined : planNames.get(order.planVersion);
  return {
    id: order.id,
    number: order.number,
    kind: order.kind,
    title: orderTitle({ ...order, planName }),
    status: order.status,
    amount_usd: formatUsd(order.creditNanos),
    credited_usd: formatUsd(order.creditedNanos),
    fulfilled_as: order.fulfilledAs,
    method: order.method,
    provider: order.provider,
    pay_currency: order.payCurrency,
    pay_amount: formatMinor(order.payMinor, order.payCurrency),
    checkout_url: order.status === 'link_issued' ? order.checkoutUrl : null,
    attention_reason: order.attentionReason,
    attention_deadline: order.attentionDeadline?.toISOString() ?? null,
    expires_at: order.expiresAt.toISOString(),
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
  };
}
