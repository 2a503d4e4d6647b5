import type { ProviderName } from '../../billing/orders.ts';
import { postTransfer, providerClearing, systemAccounts, walletOf } from '../../db/ledger.ts';
import type { PlanVersion } from '../../db/plans.ts';
import { markPaid, openPeriod, type PaidBy } from '../../db/subscription-periods.ts';
import type { Subscription } from '../../db/subscriptions.ts';
import { nextSpan } from './period-span.ts';
import type { Turn } from './turn.ts';

/** The next period's row, made when it falls due or is paid ahead. Its terms are pinned from then on. */
export async function openNextPeriod(
  turn: Turn,
  subscription: Subscription,
  terms: PlanVersion,
  reason: 'awaiting_payment' | null = null,
): Promise<number> {
  const periodIndex = subscription.periodIndex + 1;
  const { startsAt, endsAt } = nextSpan(turn, subscription, 'renewing');
  await openPeriod(
    turn.trx,
    {
      subscriptionId: subscription.id,
      periodIndex,
      accountId: subscription.accountId,
      planVersion: terms.version,
      kind: 'renewing',
      startsAt,
      endsAt,
      priceNanos: terms.priceNanos,
    },
    reason,
  );
  return periodIndex;
}

interface Payment {
  provider: ProviderName;
  amountNanos: bigint;
  paidBy: PaidBy;
  paidRef: string;
}

/** The money for the next period is there: it is posted, once, and the period waits to begin. */
export async function payNextPeriod(turn: Turn, subscription: Subscription, payment: Payment): Promise<void> {
  const periodIndex = subscription.periodIndex + 1;
  await postTransfer(turn.trx, {
    key: `renewal:${subscription.id}:${periodIndex}`,
    kind: 'plan_payment',
    reference: payment.paidRef,
    accountId: turn.accountId,
    debitId: providerClearing[payment.provider],
    creditId: systemAccounts.planSales,
    amountNanos: payment.amountNanos,
  });
  await markPaid(turn.trx, {
    subscriptionId: subscription.id,
    periodIndex,
    paidBy: payment.paidBy,
    paidRef: payment.paidRef,
    paidAt: turn.at,
  });
}

/** A period whose price is zero. */
export function payForNothing({ trx, at }: Turn, subscriptionId: string, periodIndex: number): Promise<void> {
  const paidRef = `${subscriptionId}:${periodIndex}`;
  return markPaid(trx, { subscriptionId, periodIndex, paidBy: 'nothing', paidRef, paidAt: at });
}

/** Money for which nothing is left to buy: the customer's balance. */
export async function creditWallet(
  turn: Turn,
  credit: {
    key: string;
    kind: 'top_up' | 'plan_payment';
    reference: string;
    provider: ProviderName;
    amountNanos: bigint;
  },
): Promise<void> {
  await postTransfer(turn.trx, {
    key: credit.key,
    kind: credit.kind,
    reference: credit.reference,
    accountId: turn.accountId,
    debitId: providerClearing[credit.provider],
    creditId: await walletOf(turn.trx, turn.accountId),
    amountNanos: credit.amountNanos,
  });
}
