import { passEnd, periodBoundary } from '../../billing/periods.ts';
import { benefitsEnd, type SubscriptionKind } from '../../billing/subscriptions.ts';
import type { Subscription } from '../../db/subscriptions.ts';
import type { Turn } from './turn.ts';

/** When a period begins and ends, and from which anchor its successors are counted. */
export interface PeriodSpan {
  startsAt: Date;
  endsAt: Date;
  anchorAt: Date;
  anchorIndex: number;
}

/** Of what begins now. */
export function firstSpan(
  { at, timeZone }: Pick<Turn, 'at' | 'timeZone'>,
  kind: SubscriptionKind,
): PeriodSpan {
  return spanFrom(at, timeZone, kind);
}

/**
 * Of what follows the current period: counted from the anchor, so that months do not drift. One that is paid after
 * the benefits had ended begins now: nobody pays for days without a plan.
 */
export function nextSpan(turn: Turn, subscription: Subscription, kind: SubscriptionKind): PeriodSpan {
  const { periodEnd, anchorAt, anchorIndex, timeZone } = subscription;
  if (turn.at >= benefitsEnd(periodEnd, turn.deps.dunning)) return spanFrom(turn.at, timeZone, kind);
  if (kind === 'pass' || subscription.kind === 'pass') return spanFrom(periodEnd, timeZone, kind);
  const index = anchorIndex + 1;
  return {
    startsAt: periodEnd,
    endsAt: periodBoundary(anchorAt, timeZone, index + 1),
    anchorAt,
    anchorIndex: index,
  };
}

function spanFrom(startsAt: Date, timeZone: string, kind: SubscriptionKind): PeriodSpan {
  const endsAt = kind === 'pass' ? passEnd(startsAt) : periodBoundary(startsAt, timeZone, 1);
  return { startsAt, endsAt, anchorAt: startsAt, anchorIndex: 0 };
}
