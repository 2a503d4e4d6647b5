import { DomainError } from '../../billing/errors.ts';
import { FREE_PLAN_ID } from '../../billing/plan-actions.ts';
import { benefitsEnd } from '../../billing/subscriptions.ts';
import { writeAudit } from '../../db/audit-log.ts';
import { findPaymentMethod } from '../../db/payment-methods.ts';
import { findPlan } from '../../db/plans.ts';
import { readSituation } from '../../db/subscription-facts.ts';
import { closePeriod, findPeriod, listPaidAhead, markPaid } from '../../db/subscription-periods.ts';
import { changeSubscription, findLiveSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ActivityDeps } from '../deps.ts';
import { advance } from './advance.ts';
import { moveFence } from './fence.ts';
import { beginPeriod } from './grant-period.ts';
import { openCharge } from './open-charge.ts';
import { openNextPeriod } from './pay-period.ts';
import { stopProviderRun } from './provider-run.ts';
import type { SubscriptionReport } from './report.ts';
import { type Turn, type TurnInput, takeTurn } from './turn.ts';

export type RequestInput = TurnInput & SubscriptionRequest;

/** What customers and support ask of a subscription. */
export type SubscriptionRequest =
  | { kind: 'cancel'; requestedBy: string }
  | { kind: 'resume'; requestedBy: string }
  | { kind: 'schedule_switch'; requestedBy: string; planId: string | null }
  | { kind: 'card_changed'; paymentMethodId: string }
  | { kind: 'retry_charge'; requestedBy: string }
  | { kind: 'skip_period'; requestedBy: string; reason: string }
  | { kind: 'grant_period'; requestedBy: string; reason: string };

/** Changes what was asked for, in one transaction, and goes on from there. A refusal changes nothing. */
export async function handleRequest(deps: ActivityDeps, input: RequestInput): Promise<SubscriptionReport> {
  if (input.kind === 'cancel') await stopProvider(deps, input);
  return takeTurn(deps, input, async (turn) => {
    const live = await findLiveSubscription(turn.trx, turn.accountId);
    if (!live) throw new DomainError('not_found', 'This account has no plan');
    await change(turn, live, input);
    return advance(turn);
  });
}

function change(turn: Turn, live: Subscription, request: SubscriptionRequest): Promise<void> {
  switch (request.kind) {
    case 'cancel':
      return cancel(turn, live, request.requestedBy);
    case 'resume':
      return resume(turn, live, request.requestedBy);
    case 'schedule_switch':
      return scheduleSwitch(turn, live, request);
    case 'card_changed':
      return changeCard(turn, live, request.paymentMethodId);
    case 'retry_charge':
      return retryCharge(turn, live, request.requestedBy);
    case 'skip_period':
      return skipPeriod(turn, live, request);
    case 'grant_period':
      return grantPeriod(turn, live, request);
  }
}

/** A provider that charges by itself is stopped for certain, before we say that it is. Resumed, it is paid by us. */
async function stopProvider(deps: ActivityDeps, input: TurnInput): Promise<void> {
  const live = await findLiveSubscription(deps.db, input.accountId);
  if (live?.renewal === 'provider_run') await stopProviderRun(deps, input, live);
}

async function cancel(turn: Turn, live: Subscription, requestedBy: string): Promise<void> {
  if (live.kind === 'pass' && !live.nextPlanId)
    throw new DomainError('invalid_request', 'A pass does not renew: there is nothing to cancel');
  if (live.cancelledAt) return;
  // What is due and unpaid was never wanted.
  const next = { subscriptionId: live.id, periodIndex: live.periodIndex + 1 };
  const paidAhead = await listPaidAhead(turn.trx, live.id);
  if (paidAhead.length === 0) await closePeriod(turn.trx, next, 'unpaid', 'cancelled');
  await moveFence(turn, live, live.periodEnd);
  await changeSubscription(turn.trx, live.id, { cancelledAt: turn.at, nextPlanId: null });
  await audit(turn, live, 'subscription.cancel', requestedBy, null);
}

async function resume(turn: Turn, live: Subscription, requestedBy: string): Promise<void> {
  if (!live.cancelledAt) return;
  await moveFence(turn, live, benefitsEnd(live.periodEnd, turn.deps.dunning));
  await changeSubscription(turn.trx, live.id, { cancelledAt: null });
  await audit(turn, live, 'subscription.resume', requestedBy, null);
}

async function scheduleSwitch(
  turn: Turn,
  live: Subscription,
  { planId, requestedBy }: { planId: string | null; requestedBy: string },
): Promise<void> {
  if (planId !== null) await refuseUnsellable(turn, live, planId);
  const next = await findPeriod(turn.trx, live.id, live.periodIndex + 1);
  if (next?.status === 'due' || next?.status === 'paid')
    throw new DomainError(
      'invalid_request',
      'The next period is fixed already: switch now, or after it began',
    );
  await changeSubscription(turn.trx, live.id, { nextPlanId: planId });
  if (live.kind === 'pass') await fencePass(turn, live, planId !== null);
  await audit(turn, live, 'subscription.schedule_switch', requestedBy, null, { nextPlanId: planId });
}

/** A pass that goes on as a plan has a plan's grace while the first charge is tried. */
async function fencePass(turn: Turn, live: Subscription, goesOn: boolean): Promise<void> {
  const endsAt = goesOn ? benefitsEnd(live.periodEnd, turn.deps.dunning) : live.periodEnd;
  await moveFence(turn, live, endsAt);
}

async function refuseUnsellable({ trx }: Turn, live: Subscription, planId: string): Promise<void> {
  const plan = await findPlan(trx, planId);
  if (!plan?.enabled || planId === FREE_PLAN_ID) throw new DomainError('not_found', 'This plan is not sold');
  if (planId === live.planId && live.kind === 'renewing')
    throw new DomainError('invalid_request', 'This is the plan that the account has');
  if (live.cancelledAt) throw new DomainError('invalid_request', 'The plan is cancelled: resume it first');
  if (live.renewal === 'provider_run')
    throw new DomainError('invalid_request', 'This plan is charged by its provider: switch now instead');
}

async function changeCard(turn: Turn, live: Subscription, paymentMethodId: string): Promise<void> {
  const card = await findPaymentMethod(turn.trx, paymentMethodId);
  if (card?.accountId !== turn.accountId) throw new DomainError('not_found', 'There is no such card');
  const renewal = live.renewal === 'provider_run' ? live.renewal : 'pull';
  await changeSubscription(turn.trx, live.id, { paymentMethodId, renewal });
}

async function retryCharge(turn: Turn, live: Subscription, requestedBy: string): Promise<void> {
  const situation = await readSituation(turn.trx, live, turn.at);
  if (turn.at < live.periodEnd) throw new DomainError('invalid_request', 'Nothing is due yet');
  if (live.renewal !== 'pull')
    throw new DomainError(
      'invalid_request',
      'We charge no card for this plan: the customer or the provider pays',
    );
  if (situation.undecided || situation.next?.status === 'paid') return;
  await openCharge(turn, situation);
  await audit(turn, live, 'subscription.retry_charge', requestedBy, null);
}

interface Decided {
  requestedBy: string;
  reason: string;
}

async function grantPeriod(turn: Turn, live: Subscription, { requestedBy, reason }: Decided): Promise<void> {
  const periodIndex = await openDuePeriod(turn, live);
  const paidRef = await audit(turn, live, 'subscription.grant_period', requestedBy, reason);
  await markPaid(turn.trx, {
    subscriptionId: live.id,
    periodIndex,
    paidBy: 'by_hand',
    paidRef,
    paidAt: turn.at,
  });
}

/** The period begins without credits: its place in the calendar is kept, nothing is charged for it. */
async function skipPeriod(turn: Turn, live: Subscription, { requestedBy, reason }: Decided): Promise<void> {
  const periodIndex = await openDuePeriod(turn, live);
  await audit(turn, live, 'subscription.skip_period', requestedBy, reason);
  const { nextTerms } = await readSituation(turn.trx, live, turn.at);
  const period = await findPeriod(turn.trx, live.id, periodIndex);
  if (!period) throw new Error(`Period ${periodIndex} of ${live.id} is gone`);
  const nothing = { baseNanos: 0n, bonusPercent: 0, backupNanos: 0n };
  await beginPeriod(turn, live, { ...period, priceNanos: 0n }, { ...nextTerms, ...nothing });
  await closePeriod(turn.trx, { subscriptionId: live.id, periodIndex }, 'skipped', reason);
}

async function openDuePeriod(turn: Turn, live: Subscription): Promise<number> {
  const { next, undecided, nextTerms } = await readSituation(turn.trx, live, turn.at);
  if (turn.at < live.periodEnd) throw new DomainError('invalid_request', 'Nothing is due yet');
  if (undecided)
    throw new DomainError('invalid_request', 'A charge is on its way: wait until it is known, then decide');
  if (next?.status === 'paid') throw new DomainError('invalid_request', 'The period is paid already');
  return openNextPeriod(turn, live, nextTerms);
}

function audit(
  turn: Turn,
  live: Subscription,
  action: string,
  actor: string,
  reason: string | null,
  after: Record<string, unknown> | null = null,
): Promise<string> {
  return writeAudit(turn.trx, {
    actorId: null,
    actor,
    action,
    subjectKind: 'subscription',
    subjectId: live.id,
    accountId: turn.accountId,
    before: { status: live.status, periodIndex: live.periodIndex },
    after,
    reason,
  });
}
