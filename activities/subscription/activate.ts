import { passEnd } from '../../billing/periods.ts';
import { benefitsEnd, type SubscriptionKind } from '../../billing/subscriptions.ts';
import {
  closePeriod,
  findPeriod,
  listPaidAhead,
  markPaid,
  openPeriod,
} from '../../db/subscription-periods.ts';
import { changeSubscription, findSubscription, insertSubscription } from '../../db/subscriptions.ts';
import { moveFence } from './fence.ts';
import type { Buying } from './fulfil-order.ts';
import { beginPeriod } from './grant-period.ts';
import { firstSpan, type PeriodSpan } from './period-span.ts';
import type { Turn } from './turn.ts';

/** The first period of what was bought begins now. */
export async function activate(
  turn: Turn,
  id: string,
  { order, terms, paymentMethodId }: Buying,
): Promise<void> {
  const { trx, accountId, timeZone } = turn;
  const kind = order.buys ?? 'renewing';
  const span = firstSpan(turn, kind);
  await insertSubscription(trx, {
    id,
    accountId,
    planVersion: terms.version,
    kind,
    timeZone,
    anchorAt: span.anchorAt,
    periodStart: span.startsAt,
    periodEnd: span.endsAt,
    endsAt: span.endsAt,
    priceNanos: order.creditNanos,
    renewal: order.renewal ?? 'invoice',
    provider: order.provider,
    providerSubscriptionRef: order.providerSubscriptionRef,
    paymentMethodId,
    mainPoolId: null,
    backupPoolId: null,
  });
  await beginFirst(turn, id, { order, terms, ...span, kind });
}

async function beginFirst(
  turn: Turn,
  subscriptionId: string,
  {
    order,
    terms,
    startsAt,
    endsAt,
    kind,
  }: Pick<Buying, 'order' | 'terms'> & PeriodSpan & { kind: SubscriptionKind },
): Promise<void> {
  const { trx, accountId, at } = turn;
  const first = { subscriptionId, periodIndex: 0 };
  const { version: planVersion } = terms;
  const priceNanos = order.creditNanos;
  await openPeriod(trx, { ...first, accountId, planVersion, kind, startsAt, endsAt, priceNanos }, null);
  await markPaid(trx, { ...first, paidBy: 'order', paidRef: order.id, paidAt: at });
  const subscription = await findSubscription(trx, subscriptionId);
  const period = await findPeriod(trx, subscriptionId, 0);
  if (!subscription || !period) throw new Error(`Subscription ${subscriptionId} was not made`);
  await beginPeriod(turn, subscription, period, terms);
}

/** A pass that is bought while one runs: thirty days more, after all that are paid. */
export async function appendPass(turn: Turn, { order, terms, live }: Buying): Promise<string> {
  if (!live) throw new Error(`Order ${order.id} has nothing to append to`);
  const { trx, accountId, at } = turn;
  const last = (await listPaidAhead(trx, live.id)).at(-1);
  const startsAt = last?.endsAt ?? live.periodEnd;
  const endsAt = passEnd(startsAt);
  const period = { subscriptionId: live.id, periodIndex: (last?.periodIndex ?? live.periodIndex) + 1 };
  const { version: planVersion } = terms;
  // A plan that was to follow and is not paid: the pass has its place.
  await closePeriod(trx, period, 'unpaid', 'pass_appended');
  await openPeriod(
    trx,
    { ...period, accountId, planVersion, kind: 'pass', startsAt, endsAt, priceNanos: order.creditNanos },
    null,
  );
  await markPaid(trx, { ...period, paidBy: 'order', paidRef: order.id, paidAt: at });
  await moveFence(turn, live, benefitsEnd(live.periodEnd, turn.deps.dunning));
  await changeSubscription(trx, live.id, { cancelledAt: null });
  return `Thirty days from ${startsAt.toISOString().slice(0, 10)}`;
}
