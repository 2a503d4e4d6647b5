import { DomainError } from '../billing/errors.ts';
import { NANOS_PER_CENT } from '../billing/money.ts';
import type { ProviderName } from '../billing/orders.ts';
import { type Paid, partOfPayment, type RefundQuote, refundQuote } from '../billing/refund-quote.ts';
import { findCharge } from './charges.ts';
import type { Db, Transaction } from './connection.ts';
import { findOrder, type Order } from './orders.ts';
import { findPlanVersion } from './plans.ts';
import { readPoolUse } from './pool-use.ts';
import { findPeriod, listPaidAhead, type Period } from './subscription-periods.ts';
import type { Subscription } from './subscriptions.ts';

/** A part of a payment that can go back to where it came from. */
export interface RefundPart {
  periodIndex: number;
  provider: ProviderName;
  paymentRef: string;
  currency: string;
  amountMinor: bigint;
  amountNanos: bigint;
}

/** What a refund of the current period would give at this moment. */
export interface Refundable {
  priceNanos: bigint;
  usedBasisPoints: number;
  /** The current period, and in full what was paid ahead. */
  parts: RefundPart[];
  amountNanos: bigint;
  /** Why there is nothing to pay back. `null`: there is. */
  refusal: string | null;
}

/** Exact where the caller has locked the account and its pools. */
export async function readRefundable(
  db: Db | Transaction,
  live: Subscription,
  at: Date,
): Promise<Refundable> {
  const current = await findPeriod(db, live.id, live.periodIndex);
  if (!current) throw new Error(`Period ${live.periodIndex} of ${live.id} is gone`);
  const { usedBasisPoints, amountNanos } = await quoteOf(db, live, current);
  const ahead = await listPaidAhead(db, live.id);
  const parts = await partsOf(db, live, [
    { period: current, amountNanos },
    ...ahead.map((period) => ({ period, amountNanos: period.priceNanos })),
  ]);
  return {
    priceNanos: current.priceNanos,
    usedBasisPoints,
    parts,
    amountNanos: parts.reduce((sum, part) => sum + part.amountNanos, 0n),
    refusal: refusalOf(live, at, current, parts),
  };
}

async function quoteOf(db: Db | Transaction, live: Subscription, period: Period): Promise<RefundQuote> {
  const { main, backup } = await readPoolUse(db, live);
  const { backupRefill } = await findPlanVersion(db, live.planVersion);
  // A backup that is filled once was paid for by the first period: what earlier ones spent is not of this one.
  const isOfEarlier = backupRefill === 'once' && period.backupNanos === 0n;
  const none = { grantedNanos: 0n, spentNanos: 0n };
  return refundQuote({ priceNanos: period.priceNanos, main, backup: isOfEarlier ? none : backup });
}

interface Due {
  period: Period;
  amountNanos: bigint;
}

/** Without what nobody paid: support granted it, or it cost nothing. */
async function partsOf(db: Db | Transaction, live: Subscription, dues: Due[]): Promise<RefundPart[]> {
  const parts: RefundPart[] = [];
  for (const { period, amountNanos } of dues) {
    const payment = amountNanos > 0n ? await paymentOf(db, live, period) : undefined;
    if (!payment) continue;
    const { provider, paymentRef, currency } = payment;
    const amountMinor = partOfPayment(amountNanos, payment);
    if (amountMinor > 0n)
      parts.push({
        periodIndex: period.periodIndex,
        provider,
        paymentRef,
        currency,
        amountMinor,
        amountNanos,
      });
  }
  return parts;
}

interface PeriodPayment extends Paid {
  provider: ProviderName;
  paymentRef: string;
  currency: string;
}

async function paymentOf(
  db: Db | Transaction,
  live: Subscription,
  { paidBy, paidRef, priceNanos }: Period,
): Promise<PeriodPayment | undefined> {
  const ref = paidRef ?? '';
  const inDollars = { currency: 'USD', amountMinor: priceNanos / NANOS_PER_CENT, amountNanos: priceNanos };
  switch (paidBy) {
    case 'order':
      return orderPayment(await findOrder(db, ref));
    case 'charge': {
      const charge = await findCharge(db, ref);
      return known({ ...inDollars, provider: charge?.provider, paymentRef: charge?.paymentRef });
    }
    case 'provider_subscription':
      return known({ ...inDollars, provider: live.provider, paymentRef: paidRef });
    default:
      return undefined;
  }
}

function orderPayment(order: Order | undefined): PeriodPayment {
  if (!order) throw new Error('The order that paid a period is gone');
  const { provider, paymentRef, payCurrency: currency, payMinor, creditNanos } = order;
  return known({ provider, paymentRef, currency, amountMinor: payMinor, amountNanos: creditNanos });
}

/** Money that was paid came from somewhere: without its payment it cannot go back, and is not forgotten either. */
function known(
  payment: Paid & {
    currency: string;
    provider: ProviderName | null | undefined;
    paymentRef: string | null | undefined;
  },
): PeriodPayment {
  const { provider, paymentRef } = payment;
  if (!provider || !paymentRef)
    throw new DomainError(
      'method_not_available',
      'The payment is not known: pay back by hand at the provider',
    );
  return { ...payment, provider, paymentRef };
}

function refusalOf(live: Subscription, at: Date, current: Period, parts: RefundPart[]): string | null {
  if (at >= live.periodEnd)
    return 'The paid period is over, and what is due is done first: look again in a moment, or cancel the plan';
  if (parts.length > 0) return null;
  if (current.paidBy === 'by_hand' || current.paidBy === 'nothing')
    return 'Nobody paid for this period: there is nothing to pay back. Cancel the plan instead';
  return 'The period is spent: not a cent of its price is left to pay back. Cancel the plan instead';
}
