import {
  benefitsEnd,
  type ChargeStatus,
  DAY_MS,
  type DueReason,
  type DunningRules,
  type EndReason,
  laterOf,
  type PeriodStatus,
  type Renewal,
  type SubscriptionKind,
  type SubscriptionStatus,
} from './subscriptions.ts';

export interface StepFacts {
  /** In the account's time. */
  at: Date;
  status: SubscriptionStatus;
  kind: SubscriptionKind;
  renewal: Renewal;
  periodEnd: Date;
  cancelled: boolean;
  /** A pass that goes on as a plan, or a downgrade. */
  hasNextPlan: boolean;
  hasPaymentMethod: boolean;
  /** Of the next period. */
  priceNanos: bigint;
  /** The next period's row. */
  next: { status: PeriodStatus } | undefined;
  /** The attempts to charge for it, oldest first. */
  charges: readonly StepCharge[];
  /** An attempt of this account, for whatever period, whose fate is not known. */
  undecidedChargeId: string | undefined;
}

export interface StepCharge {
  status: ChargeStatus;
  dueAt: Date;
  /** The account has another card since. */
  cardChangedSince: boolean;
}

export type Step =
  /** Nothing until then. `null`: nothing ever. */
  | { kind: 'rest'; until: Date | null }
  /** Money is missing. `until`: when to look again without news. */
  | { kind: 'await_payment'; until: Date; because: DueReason }
  | { kind: 'renew' }
  | { kind: 'charge' }
  | { kind: 'ask_about_charge'; chargeId: string }
  | { kind: 'ask_provider' }
  | { kind: 'remind' }
  | { kind: 'end'; because: EndReason };

/** What is to be done for a subscription now. Decided from what is stored alone, so that anybody may ask at any time. */
export function nextStep(facts: StepFacts, rules: DunningRules): Step {
  // Before anything else: a second attempt never starts on an unknown one.
  if (facts.undecidedChargeId) return { kind: 'ask_about_charge', chargeId: facts.undecidedChargeId };
  if (facts.status === 'ended') return { kind: 'rest', until: null };
  if (facts.next?.status === 'paid') return isOver(facts) ? { kind: 'renew' } : rest(facts.periodEnd);
  if (facts.cancelled || (facts.kind === 'pass' && !facts.hasNextPlan)) return untilTheEnd(facts);
  if (facts.renewal === 'provider_run') return untilTheProviderCharges(facts, rules);
  if (paysByHand(facts)) return untilPaidByHand(facts, rules);
  if (!isOver(facts)) return rest(facts.periodEnd);
  return facts.priceNanos === 0n ? { kind: 'renew' } : collect(facts, rules);
}

function untilTheEnd(facts: StepFacts): Step {
  if (!isOver(facts)) return rest(facts.periodEnd);
  return { kind: 'end', because: facts.cancelled ? 'cancelled' : 'pass_over' };
}

function untilTheProviderCharges(facts: StepFacts, rules: DunningRules): Step {
  if (!isOver(facts)) return rest(facts.periodEnd);
  return facts.at >= benefitsEnd(facts.periodEnd, rules)
    ? { kind: 'end', because: 'unpaid' }
    : { kind: 'ask_provider' };
}

/** A pull without a card is paid by hand too. What costs nothing is not paid at all. */
function paysByHand({ renewal, hasPaymentMethod, priceNanos, charges }: StepFacts): boolean {
  return priceNanos > 0n && charges.length === 0 && (renewal === 'invoice' || !hasPaymentMethod);
}

function untilPaidByHand(facts: StepFacts, rules: DunningRules): Step {
  const remindAt = new Date(facts.periodEnd.getTime() - rules.reminderDays * DAY_MS);
  if (facts.at < remindAt) return rest(remindAt);
  if (!facts.next) return { kind: 'remind' };
  if (!isOver(facts)) return rest(facts.periodEnd);
  const until = benefitsEnd(facts.periodEnd, rules);
  return facts.at >= until
    ? { kind: 'end', because: 'unpaid' }
    : { kind: 'await_payment', until, because: 'awaiting_payment' };
}

/** The dunning ladder: at once, then on the configured days after the first attempt, then never again. */
function collect(facts: StepFacts, rules: DunningRules): Step {
  const { at, charges, hasPaymentMethod } = facts;
  const [first] = charges;
  const latest = charges.at(-1);
  if (!first || !latest) return { kind: 'charge' };
  if (latest.cardChangedSince && hasPaymentMethod) return { kind: 'charge' };
  const giveUpAt = addDays(first.dueAt, Math.max(rules.graceDays, ...rules.retryDays));
  const because = latest.status === 'needs_authentication' ? 'needs_authentication' : 'declined';
  const retryAt = nextRetry(facts, first, because, rules);
  if (retryAt && at >= retryAt) return { kind: 'charge' };
  if (at >= giveUpAt) return { kind: 'end', because: 'unpaid' };
  return { kind: 'await_payment', until: retryAt && retryAt < giveUpAt ? retryAt : giveUpAt, because };
}

/** One rung for each attempt. After a long outage nobody is charged twice in a row: half of a rung lies between. */
function nextRetry(
  { charges, hasPaymentMethod }: StepFacts,
  first: StepCharge,
  because: DueReason,
  { retryDays }: DunningRules,
): Date | undefined {
  // The same card would ask for the customer again.
  if (because === 'needs_authentication' || !hasPaymentMethod) return undefined;
  const day = retryDays[charges.length - 1];
  if (day === undefined) return undefined;
  const rungDays = day - (retryDays[charges.length - 2] ?? 0);
  const onTime = addDays(first.dueAt, day);
  const earliest = addDays(charges.at(-1)?.dueAt ?? first.dueAt, rungDays / 2);
  return laterOf(onTime, earliest);
}

function isOver({ at, periodEnd }: StepFacts): boolean {
  return at >= periodEnd;
}

function rest(until: Date): Step {
  return { kind: 'rest', until };
}

function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
