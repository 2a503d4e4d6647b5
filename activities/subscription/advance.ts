import { nextStep, type Step } from '../../billing/subscription-step.ts';
import { findUndecidedCharge } from '../../db/charges.ts';
import { hasUnsentNotices } from '../../db/notices.ts';
import { readSituation, type Situation } from '../../db/subscription-facts.ts';
import { findPeriod, setPeriodReason } from '../../db/subscription-periods.ts';
import { changeSubscription, findLiveSubscription } from '../../db/subscriptions.ts';
import { endSubscription } from './end-subscription.ts';
import { beginPeriod } from './grant-period.ts';
import { noteEnd, noteReminder } from './notices.ts';
import { openCharge } from './open-charge.ts';
import { openNextPeriod, payForNothing } from './pay-period.ts';
import { noPlan, reportOf, type SubscriptionReport } from './report.ts';
import { withRefunds } from './send-refunds.ts';
import { onTheWall, type Turn } from './turn.ts';

/**
 * Does what is due and needs nobody but Postgres, one step after another, until nothing is left or a provider has to
 * be asked. Whoever runs it, however often: the step is decided from what is stored, under the account's lock.
 */
export async function advance(turn: Turn): Promise<SubscriptionReport> {
  for (;;) {
    const live = await findLiveSubscription(turn.trx, turn.accountId);
    if (!live) return withRefunds(turn, await withoutPlan(turn));
    const situation = await readSituation(turn.trx, live, turn.at);
    const step = nextStep(situation.facts, turn.deps.dunning);
    if (await perform(turn, situation, step)) continue;
    const report = await reportOf(turn, situation, step);
    await setWake(turn, situation, step, report);
    return withRefunds(turn, report);
  }
}

/** An attempt can outlive its subscription: its fate is still asked for. */
async function withoutPlan({ trx, accountId }: Turn): Promise<SubscriptionReport> {
  const notices = await hasUnsentNotices(trx, accountId);
  const undecided = await findUndecidedCharge(trx, accountId);
  if (!undecided) return { ...noPlan, notices };
  const words = 'The plan has ended while a charge was on its way. The provider is asked what became of it.';
  return { ...noPlan, todo: 'collect', waitMs: 60_000, reason: 'charge_unknown', words, notices };
}

/** False: the step is for a provider, or for time. */
async function perform(turn: Turn, situation: Situation, step: Step): Promise<boolean> {
  const { subscription, nextTerms } = situation;
  switch (step.kind) {
    case 'renew':
      await renew(turn, situation);
      return true;
    case 'remind':
      await openNextPeriod(turn, subscription, nextTerms, 'awaiting_payment');
      await noteReminder(turn, situation);
      return true;
    case 'end':
      // What the provider charges by itself has to be stopped there first.
      if (subscription.renewal === 'provider_run') return false;
      await endSubscription(turn, subscription, step.because);
      await noteEnd(turn, subscription, step.because);
      return true;
    case 'charge':
      await openCharge(turn, situation);
      return false;
    case 'await_payment':
      await markPastDue(turn, situation, step);
      return false;
    default:
      return false;
  }
}

async function renew(turn: Turn, { subscription, next, nextTerms }: Situation): Promise<void> {
  const periodIndex = next?.periodIndex ?? (await openNextPeriod(turn, subscription, nextTerms));
  if (next?.status !== 'paid') await payForNothing(turn, subscription.id, periodIndex);
  const period = await findPeriod(turn.trx, subscription.id, periodIndex);
  if (!period) throw new Error(`Period ${periodIndex} of ${subscription.id} is gone`);
  await beginPeriod(turn, subscription, period, nextTerms);
}

async function markPastDue(
  turn: Turn,
  { subscription, next }: Situation,
  step: Step & { kind: 'await_payment' },
): Promise<void> {
  if (subscription.status === 'active' && turn.at >= subscription.periodEnd)
    await changeSubscription(turn.trx, subscription.id, { status: 'past_due' });
  if (next) await setPeriodReason(turn.trx, next, step.because);
}

const HOUR_MS = 3_600_000;

/** When the billing run shall look at it again, should its workflow be gone. */
async function setWake(
  turn: Turn,
  { subscription }: Situation,
  step: Step,
  { waitMs }: SubscriptionReport,
): Promise<void> {
  const isTimed = step.kind === 'rest' || step.kind === 'await_payment';
  // Who waits for a provider's word is woken hourly: a sandbox's clock would stop at every minute of it.
  const until = isTimed ? step.until : new Date(turn.at.getTime() + (waitMs === null ? 0 : HOUR_MS));
  const wakeAt = until && onTheWall(turn, until);
  if (wakeAt?.getTime() === subscription.wakeAt?.getTime()) return;
  await changeSubscription(turn.trx, subscription.id, { wakeAt });
}
