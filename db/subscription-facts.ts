import type { StepFacts } from '../billing/subscription-step.ts';
import { type Charge, listPeriodCharges } from './charges.ts';
import type { Db, Transaction } from './connection.ts';
import { latestPaymentMethod, type PaymentMethod } from './payment-methods.ts';
import { currentPlanVersion, findPlanVersion, type PlanVersion } from './plans.ts';
import { findPeriod, type Period } from './subscription-periods.ts';
import type { Subscription } from './subscriptions.ts';

/** A subscription with all that decides what happens to it next. */
export interface Situation {
  subscription: Subscription;
  /** The account's time. */
  at: Date;
  next: Period | undefined;
  /** Of the next period: pinned once its row exists. */
  nextTerms: PlanVersion;
  card: PaymentMethod | undefined;
  charges: Charge[];
  undecided: Charge | undefined;
  facts: StepFacts;
}

export async function readSituation(
  db: Db | Transaction,
  subscription: Subscription,
  at: Date,
): Promise<Situation> {
  const { id, accountId, periodIndex } = subscription;
  const row = await findPeriod(db, id, periodIndex + 1);
  // Given up before a cancellation was taken back.
  const next = row?.status === 'unpaid' ? undefined : row;
  const nextTerms = await termsOfNext(db, subscription, next);
  const card = await latestPaymentMethod(db, accountId);
  const period = { accountId, subscriptionId: id, periodIndex: periodIndex + 1 };
  const { charges, undecided } = await listPeriodCharges(db, period);
  const facts: StepFacts = {
    at,
    status: subscription.status,
    kind: subscription.kind,
    renewal: subscription.renewal,
    periodEnd: subscription.periodEnd,
    cancelled: subscription.cancelledAt !== null,
    hasNextPlan: subscription.nextPlanId !== null,
    hasPaymentMethod: card !== undefined,
    priceNanos: next?.priceNanos ?? nextTerms.priceNanos,
    next,
    charges: charges.map(({ status, dueAt, paymentMethodId }) => ({
      status,
      dueAt,
      cardChangedSince: card !== undefined && card.id !== paymentMethodId,
    })),
    undecidedChargeId: undecided?.id,
  };
  return { subscription, at, next, nextTerms, card, charges, undecided, facts };
}

async function termsOfNext(
  db: Db | Transaction,
  { renewal, planVersion, nextPlanId, planId, periodEnd }: Subscription,
  next: Period | undefined,
): Promise<PlanVersion> {
  if (next) return findPlanVersion(db, next.planVersion);
  // A provider goes on charging what was agreed with it.
  if (renewal === 'provider_run' && !nextPlanId) return findPlanVersion(db, planVersion);
  return currentPlanVersion(db, nextPlanId ?? planId, periodEnd);
}
