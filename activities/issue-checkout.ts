import { formatUsd } from '../billing/money.ts';
import { addOrderEvent } from '../db/order-events.ts';
import { readEmail } from '../db/order-limits.ts';
import { storeCheckout } from '../db/order-writes.ts';
import { findOrder, type Order } from '../db/orders.ts';
import { customerRefOf } from '../db/payment-methods.ts';
import { findPlan, findPlanVersion } from '../db/plans.ts';
import type { Checkout } from '../providers/payments.ts';
import type { ActivityDeps } from './deps.ts';
import { existingOrder, providerOf } from './order-parts.ts';

// The page stays open at the provider for nearly as long as Stripe allows; Tollgate closes it when the order
// expires. So support can extend an order, and a clock that is minutes off breaks nothing.
export const CHECKOUT_OPEN_SECONDS = 23 * 3600;

/** Makes the page where the customer pays and writes it down. A repeat makes the same page again. */
export async function issueCheckout(deps: ActivityDeps, orderId: string): Promise<Order> {
  const order = await existingOrder(deps.db, orderId);
  if (order.status !== 'created') return order;
  const provider = providerOf(deps, order.provider);
  const page = `${deps.publicUrl}/console/top-ups/${order.id}`;
  const checkout = await provider.createCheckout({
    orderId: order.id,
    orderNumber: order.number,
    email: await readEmail(deps.db, order.accountId),
    ...(await whatIsBought(deps, order)),
    currency: order.payCurrency,
    amountMinor: order.payMinor,
    expiresAt: new Date(order.createdAt.getTime() + CHECKOUT_OPEN_SECONDS * 1000),
    successUrl: `${page}?returned=1`,
    cancelUrl: page,
  });
  const stored = await keepCheckout(deps, order, checkout);
  // Cancelled while the page was being made: nobody has seen it, nobody shall pay on it.
  if (!stored) await provider.closeCheckout(checkout.checkoutRef);
  return existingOrder(deps.db, orderId);
}

async function whatIsBought({ db }: ActivityDeps, order: Order) {
  if (order.planVersion === null) return { description: `Balance of $${formatUsd(order.creditNanos)}` };
  const { planId } = await findPlanVersion(db, order.planVersion);
  const plan = await findPlan(db, planId);
  return {
    description: `${plan?.name ?? planId} ${order.buys === 'pass' ? 'pass, 30 days' : 'plan, one month'}`,
    saveCard: order.renewal === 'pull',
    monthly: order.renewal === 'provider_run' && order.kind !== 'renewal',
    customerRef: await customerRefOf(db, order.accountId, order.provider),
  };
}

function keepCheckout({ db }: ActivityDeps, order: Order, checkout: Checkout): Promise<boolean> {
  return db.transaction(async (trx) => {
    const stored = await storeCheckout(trx, { orderId: order.id, ...checkout });
    if (stored)
      await addOrderEvent(trx, {
        orderId: order.id,
        accountId: order.accountId,
        kind: 'link_issued',
        source: 'system',
        detail: `Checkout ${checkout.checkoutRef}`,
      });
    return stored || (await findOrder(trx, order.id))?.checkoutRef === checkout.checkoutRef;
  });
}
