import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { balanceQuery } from '../api/balance.ts';
import { planKey } from '../api/plans.ts';
import { useRecentTopUps } from '../api/top-ups.ts';
import { formatExact } from '../money.ts';
import { told } from '../notices.ts';
import { isOpen, wordsOf } from '../orders.ts';

/** Orders that were open when last seen and are credited now. */
export function newlyCredited(before: ReadonlyMap<string, TopUp>, now: readonly TopUp[]): TopUp[] {
  return now.filter((order) => {
    const earlier = before.get(order.id);
    return order.status === 'credited' && earlier !== undefined && isOpen(earlier);
  });
}

function sayOf(order: TopUp): void {
  if (order.kind === 'top_up')
    told('Top-up credited', `${formatExact(order.credited_usd)} is in your wallet (${order.number}).`);
  else told(wordsOf(order).headline, `${order.title} (${order.number}).`);
}

/** On whichever page the customer is: money that arrives is said, and the balance is asked for at once. */
export function useCreditedNotice(): void {
  const { data: orders } = useRecentTopUps();
  const queryClient = useQueryClient();
  const seen = useRef<ReadonlyMap<string, TopUp>>(new Map());
  useEffect(() => {
    if (!orders) return;
    const credited = newlyCredited(seen.current, orders);
    seen.current = new Map(orders.map((order) => [order.id, order]));
    if (credited.length > 0) {
      void queryClient.invalidateQueries({ queryKey: balanceQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: planKey });
    }
    for (const order of credited) sayOf(order);
  }, [orders, queryClient]);
}
