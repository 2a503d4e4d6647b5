import { switchQuote } from '../../billing/switch-quote.ts';
import { postTransfer, systemAccounts, walletOf } from '../../db/ledger.ts';
import { lockPools } from '../../db/plan-pools.ts';
import { readPoolUse } from '../../db/pool-use.ts';
import { closePeriod, listPaidAhead } from '../../db/subscription-periods.ts';
import type { Subscription } from '../../db/subscriptions.ts';
import { endSubscription } from './end-subscription.ts';
import type { Buying } from './fulfil-order.ts';
import type { Turn } from './turn.ts';

/**
 * The old plan ends and its unused share goes to the wallet, computed now and not when it was quoted. Returns what was
 * credited, passes that never began included: they are paid back in full.
 */
export async function leavePlan(turn: Turn, old: Subscription, { order }: Buying): Promise<bigint> {
  await lockPools(turn.trx, turn.accountId);
  const use = await readPoolUse(turn.trx, old);
  const { creditNanos } = switchQuote({
    oldPriceNanos: old.priceNanos,
    newPriceNanos: order.creditNanos,
    elapsedMs: Math.max(0, turn.at.getTime() - old.periodStart.getTime()),
    ...use,
  });
  await credit(turn, `switch-credit:${order.id}`, order.id, creditNanos);
  let sum = creditNanos;
  for (const { periodIndex, priceNanos } of await listPaidAhead(turn.trx, old.id)) {
    await credit(turn, `switch-credit:${order.id}:${periodIndex}`, order.id, priceNanos);
    await closePeriod(turn.trx, { subscriptionId: old.id, periodIndex }, 'skipped', 'switched');
    sum += priceNanos;
  }
  await endSubscription(turn, old, 'switched');
  return sum;
}

async function credit(turn: Turn, key: string, reference: string, amountNanos: bigint): Promise<void> {
  if (amountNanos === 0n) return;
  await postTransfer(turn.trx, {
    key,
    kind: 'switch_credit',
    reference,
    accountId: turn.accountId,
    debitId: systemAccounts.planSales,
    creditId: await walletOf(turn.trx, turn.accountId),
    amountNanos,
  });
}
