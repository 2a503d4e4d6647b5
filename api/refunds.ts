import { DomainError } from '../billing/errors.ts';
import { formatDecimal, formatUsd } from '../billing/money.ts';
import { searchAccount } from '../db/account-search.ts';
import { readRefundable } from '../db/refundable.ts';
import { listRefunds, type Refund } from '../db/refunds.ts';
import type { Session } from '../http/session.ts';
import { refundPlanUpdate, subscriptionWorkflowId } from '../workflows/contract.ts';
import { askSubscription } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';
import { readPlanNow } from './plan-now.ts';
import type { AccountRefunds } from './schemas/refunds.ts';
import { workflowUrl } from './workflow-url.ts';

const REFUNDS = 100;

/** What a refund of the account's plan would give now, and what became of those before. */
export async function accountRefunds(deps: ApiDeps, accountId: string): Promise<AccountRefunds> {
  const account = await searchAccount(deps.db, accountId);
  if (!account) throw new DomainError('not_found', 'There is no such account');
  const refunds = await listRefunds(deps.db, accountId, REFUNDS);
  return {
    account_id: accountId,
    quote: await quoteOf(deps, accountId),
    refunds: refunds.map(wireOf),
    workflow_url: workflowUrl(deps.config, subscriptionWorkflowId(accountId)),
  };
}

async function quoteOf({ db }: ApiDeps, accountId: string): Promise<AccountRefunds['quote']> {
  const { live, at } = await readPlanNow(db, accountId);
  if (!live) return null;
  const { priceNanos, usedBasisPoints, amountNanos, parts, refusal } = await readRefundable(db, live, at);
  return {
    subscription_id: live.id,
    plan_id: live.planId,
    period_index: live.periodIndex,
    price_usd: formatUsd(priceNanos),
    used_percent: formatDecimal(BigInt(usedBasisPoints), 2),
    amount_usd: formatUsd(refusal === null ? amountNanos : 0n),
    periods: parts.map((part) => ({
      period_index: part.periodIndex,
      amount_usd: formatUsd(part.amountNanos),
    })),
    refusal,
  };
}

function wireOf(refund: Refund): AccountRefunds['refunds'][number] {
  return {
    id: refund.id,
    subscription_id: refund.subscriptionId,
    period_index: refund.periodIndex,
    order_id: refund.orderId,
    status: refund.status,
    amount_usd: formatUsd(refund.amountNanos),
    currency: refund.currency,
    amount_minor: refund.amountMinor.toString(),
    provider: refund.provider,
    payment_ref: refund.paymentRef,
    refund_ref: refund.refundRef,
    failure_code: refund.failureCode,
    reason: refund.reason,
    requested_by: refund.requestedBy,
    requested_at: refund.requestedAt.toISOString(),
    decided_at: refund.decidedAt?.toISOString() ?? null,
  };
}

interface RefundRequest {
  accountId: string;
  reason: string;
  subscriptionId: string | undefined;
}

/** Asks the account's workflow, which does it in turn with everything else. */
export async function refundPlan(
  deps: ApiDeps,
  session: Session,
  { accountId, reason, subscriptionId }: RefundRequest,
): Promise<AccountRefunds> {
  if (!(await searchAccount(deps.db, accountId)))
    throw new DomainError('not_found', 'There is no such account');
  // No e-mail address: the name goes into the workflow's history.
  const requestedBy = `${session.role} ${session.accountId}`;
  await askSubscription(deps, accountId, refundPlanUpdate, [
    { requestedBy, reason, ...(subscriptionId === undefined ? {} : { subscriptionId }) },
  ]);
  return accountRefunds(deps, accountId);
}
