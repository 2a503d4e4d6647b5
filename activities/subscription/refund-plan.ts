import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../billing/errors.ts';
import { writeAudit } from '../../db/audit-log.ts';
import { lockPools } from '../../db/plan-pools.ts';
import { type Refundable, readRefundable } from '../../db/refundable.ts';
import { insertRefund, listRefundsOfRequest, listRefundsOfSubscription } from '../../db/refunds.ts';
import { closePeriod, listPaidAhead } from '../../db/subscription-periods.ts';
import { changeSubscription, findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ActivityDeps } from '../deps.ts';
import { advance } from './advance.ts';
import { endSubscription } from './end-subscription.ts';
import { stopProviderRun } from './provider-run.ts';
import type { SubscriptionReport } from './report.ts';
import { type Turn, type TurnInput, takeTurn } from './turn.ts';

export interface RefundPlanInput extends TurnInput {
  /** The same in every attempt of the step. */
  requestId: string;
  requestedBy: string;
  reason: string;
  /** What support saw: a later plan is not touched. Absent: the one that runs. */
  subscriptionId: string | undefined;
}

/**
 * The plan ends and what is unspent of its price is on its way back, all in one transaction: nobody spends what is
 * paid back. The provider is asked for it by `collect`, as often as it takes. A plan that its provider charges is
 * cancelled there first. A refusal changes nothing.
 */
export async function refundPlan(deps: ActivityDeps, input: RefundPlanInput): Promise<SubscriptionReport> {
  const chargedThere = await takeTurn(deps, input, async (turn) => {
    const decided = await decide(turn, input);
    return decided?.live.renewal === 'provider_run' ? decided.live : undefined;
  });
  if (chargedThere) await stopProviderRun(deps, input, chargedThere);
  return takeTurn(deps, input, async (turn) => {
    const decided = await decide(turn, input);
    if (decided) await payBack(turn, decided.live, decided.refundable, input);
    return advance(turn);
  });
}

interface Decided {
  live: Subscription;
  refundable: Refundable;
}

/** Nothing where it was done already. */
async function decide(turn: Turn, input: RefundPlanInput): Promise<Decided | undefined> {
  const { trx, accountId, at } = turn;
  if (await isDone(turn, input)) return undefined;
  const live = await findLiveSubscription(trx, accountId);
  if (!live || (input.subscriptionId !== undefined && live.id !== input.subscriptionId))
    throw new DomainError('no_live_plan', 'This plan does not run any more: there is nothing to pay back');
  await lockPools(trx, accountId);
  const refundable = await readRefundable(trx, live, at);
  if (refundable.refusal !== null) throw new DomainError('nothing_to_refund', refundable.refusal);
  for (const { provider } of refundable.parts)
    if (!turn.deps.providers.get(provider)?.refunds)
      throw new DomainError('method_not_available', `Pay back by hand: ${provider} cannot be told to do it`);
  return { live, refundable };
}

async function isDone({ trx }: Turn, { requestId, subscriptionId }: RefundPlanInput): Promise<boolean> {
  const ofRequest = await listRefundsOfRequest(trx, requestId);
  if (ofRequest.length > 0 || subscriptionId === undefined) return ofRequest.length > 0;
  return (await listRefundsOfSubscription(trx, subscriptionId)).length > 0;
}

async function payBack(
  turn: Turn,
  live: Subscription,
  { parts, amountNanos, usedBasisPoints }: Refundable,
  { requestId, requestedBy, reason }: RefundPlanInput,
): Promise<void> {
  const { trx, accountId } = turn;
  const { id: subscriptionId, periodIndex } = live;
  for (const ahead of await listPaidAhead(trx, live.id)) await closePeriod(trx, ahead, 'skipped', 'refunded');
  await endSubscription(turn, live, 'refunded');
  for (const part of parts)
    await insertRefund(trx, {
      ...part,
      id: uuidv7(),
      accountId,
      requestId,
      subscriptionId,
      orderId: null,
      reason,
      requestedBy,
    });
  // Should its workflow be lost, the billing run starts it again until the refund is known.
  await changeSubscription(trx, subscriptionId, { wakeAt: turn.now });
  await writeAudit(trx, {
    actorId: null,
    actor: requestedBy,
    action: 'subscription.refund',
    subjectKind: 'subscription',
    subjectId: subscriptionId,
    accountId,
    before: { status: live.status, periodIndex, priceNanos: live.priceNanos, usedBasisPoints },
    after: { status: 'ended', refundNanos: amountNanos, periods: parts.map((part) => part.periodIndex) },
    reason,
  });
}
