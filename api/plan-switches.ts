import { DomainError } from '../billing/errors.ts';
import { formatUsd, parseUsd } from '../billing/money.ts';
import type { Order } from '../db/orders.ts';
import { scheduleSwitchUpdate } from '../workflows/contract.ts';
import { askSubscription } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';
import { readPlanNow } from './plan-now.ts';
import { type PurchaseRequest, purchasePlan, requireSandboxMoney } from './plan-purchase.ts';
import { type QuotedSwitch, quoteSwitch } from './switch-quote.ts';

export interface SwitchRequest extends PurchaseRequest {
  planId: string;
  as: 'plan' | 'pass';
  /** The credit that the customer saw. */
  quotedCreditUsd: string | undefined;
}

/** The new plan is paid in full on its own page; the old one goes on until then, and for good if it never is. */
export function switchNow(deps: ApiDeps, request: SwitchRequest): Promise<Order> {
  const { accountId, planId, as } = request;
  const content = { kind: 'switch', buys: as === 'pass' ? 'pass' : 'renewing', planId } as const;
  return purchasePlan(deps, request, content, async () => {
    const quoted = await quoteSwitch(deps.db, accountId, request);
    requireSandboxMoney(deps.config, quoted.now);
    requireQuote(quoted, request.quotedCreditUsd);
    const { live, offer, buys } = quoted;
    return {
      kind: 'switch',
      buys,
      planVersion: offer.terms.version,
      priceNanos: offer.priceNanos,
      subscriptionId: live.id,
      periodIndex: null,
    };
  });
}

/** Time alone takes that much of the credit in forty minutes: nobody has to hurry through the page. */
const TOLERANCE_DIVISOR = 1000n;

function requireQuote({ quote, live }: QuotedSwitch, quotedCreditUsd: string | undefined): void {
  const seen = quotedCreditUsd === undefined ? undefined : parseUsd(quotedCreditUsd);
  if (seen === undefined)
    throw new DomainError('invalid_request', 'Send the credit_usd of the quote that the customer saw', {
      param: 'quote_credit_usd',
    });
  if (quote.creditNanos + live.priceNanos / TOLERANCE_DIVISOR >= seen) return;
  throw new DomainError(
    'quote_changed',
    `More was used meanwhile: the credit is $${formatUsd(quote.creditNanos)} now, not $${formatUsd(seen)}. Look at the new quote and confirm again.`,
    { param: 'quote_credit_usd' },
  );
}

/** Nothing is paid now and nothing is lost: the next period is another plan's. */
export async function switchAtPeriodEnd(
  deps: ApiDeps,
  { accountId, planId, as }: { accountId: string; planId: string; as: 'plan' | 'pass' },
): Promise<void> {
  if (as === 'pass')
    throw new DomainError('pass_not_possible', 'A pass begins when it is paid: switch now', {
      param: 'when',
    });
  await quoteSwitch(deps.db, accountId, { planId, as });
  await askSubscription(deps, accountId, scheduleSwitchUpdate, [{ requestedBy: 'customer', planId }]);
}

export async function keepPlan(deps: ApiDeps, accountId: string): Promise<void> {
  const { live } = await readPlanNow(deps.db, accountId);
  if (!live?.nextPlanId) return;
  await askSubscription(deps, accountId, scheduleSwitchUpdate, [{ requestedBy: 'customer', planId: null }]);
}
