import { DomainError } from '../billing/errors.ts';
import { NANOS_PER_CENT } from '../billing/money.ts';
import { orderNumberOf } from '../billing/order-number.ts';
import type { OrderKind } from '../billing/orders.ts';
import { FREE_PLAN_ID } from '../billing/plan-actions.ts';
import type { Renewal, SubscriptionKind } from '../billing/subscriptions.ts';
import type { Config } from '../config/config.ts';
import type { Db } from '../db/connection.ts';
import type { Order } from '../db/orders.ts';
import { currentPlanVersion, findPlan, findPlanVersion, type Plan, type PlanVersion } from '../db/plans.ts';
import type { ApiDeps } from './deps.ts';
import { placeOrder } from './place-order.ts';
import type { PlanNow } from './plan-now.ts';
import { methodOf } from './top-up-methods.ts';

export type PlanMethod = 'card' | 'card_once';

export interface PurchaseRequest {
  accountId: string;
  idempotencyKey: string;
  method: PlanMethod;
}

export interface Purchase {
  kind: Exclude<OrderKind, 'top_up'>;
  buys: SubscriptionKind;
  planVersion: bigint;
  priceNanos: bigint;
  subscriptionId: string | null;
  periodIndex: number | null;
}

/** What an order with the same key must be for it to be the same request. */
export type Content = Pick<Purchase, 'kind' | 'buys'> & { planId?: string };

/** An order for a plan, with its link. `decide` refuses what cannot be bought now; a repeat does not ask it again. */
export function purchasePlan(
  deps: ApiDeps,
  request: PurchaseRequest,
  content: Content,
  decide: () => Promise<Purchase>,
): Promise<Order> {
  const { accountId, idempotencyKey, method } = request;
  return placeOrder(deps, {
    accountId,
    idempotencyKey,
    startAnew: 'Start a new order.',
    isSame: async (known) => known.method === method && (await hasContent(deps.db, known, content)),
    input: async (orderId) => {
      // Whoever can pay by card can pay for a plan.
      const { provider, currency } = methodOf(deps.config, 'card');
      const { priceNanos, planVersion, ...purchase } = await decide();
      return {
        orderId,
        orderNumber: orderNumberOf(orderId),
        accountId,
        idempotencyKey,
        provider,
        method,
        creditNanos: priceNanos.toString(),
        payCurrency: currency,
        payMinor: (priceNanos / NANOS_PER_CENT).toString(),
        purchase: {
          ...purchase,
          planVersion: planVersion.toString(),
          renewal: renewalOf(deps.config, method, purchase),
        },
      };
    },
  });
}

async function hasContent(db: Db, order: Order, { kind, buys, planId }: Content): Promise<boolean> {
  if (order.kind !== kind || order.buys !== buys || order.planVersion === null) return false;
  return planId === undefined || (await findPlanVersion(db, order.planVersion)).planId === planId;
}

/** How what is bought shall be paid from the second month on. A pass has none. */
function renewalOf(config: Config, method: PlanMethod, { kind, buys }: Content): Renewal {
  if (method === 'card_once' || buys === 'pass') return 'invoice';
  // A renewal pays one month of a plan that the provider does not charge by itself.
  return kind === 'renewal' ? 'pull' : config.STRIPE_RENEWALS;
}

export interface Offer {
  plan: Plan;
  terms: PlanVersion;
  /** Of what is bought: a month, or a pass. */
  priceNanos: bigint;
}

/** A plan with the terms of this moment, for sale. */
export async function offerOf(db: Db, planId: string, buys: SubscriptionKind, at: Date): Promise<Offer> {
  const plan = await findPlan(db, planId);
  if (!plan) throw notAvailable('There is no such plan');
  if (plan.id === FREE_PLAN_ID)
    throw notAvailable('Free is what an account has without a plan: cancel the one that runs');
  if (!plan.enabled) throw notAvailable(`${plan.name} is not sold any more`);
  const terms = await currentPlanVersion(db, planId, at);
  const priceNanos = buys === 'pass' ? terms.passPriceNanos : terms.priceNanos;
  if (priceNanos === 0n) throw notAvailable(`${plan.name} costs nothing and cannot be ordered`);
  if (priceNanos === null) throw notAvailable(`${plan.name} is not sold as a pass`);
  return { plan, terms, priceNanos };
}

function notAvailable(message: string): DomainError {
  return new DomainError('plan_not_available', message, { param: 'plan_id' });
}

/** A sandbox's time can be moved: nobody's real money shall pay for it. */
export function requireSandboxMoney(config: Config, { clock }: PlanNow): void {
  if (clock.sandbox && takesRealMoney(config))
    throw new DomainError(
      'sandbox_account',
      'This is a sandbox account: it cannot pay with real money. Use another account.',
    );
}

export function takesRealMoney({ STRIPE_SECRET_KEY: key = '' }: Config): boolean {
  return key.startsWith('sk_live_') || key.startsWith('rk_live_');
}
