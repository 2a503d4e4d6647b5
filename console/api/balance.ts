import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Balance } from '../../api/schemas/account.ts';
import { balanceInterval } from './polling.ts';
import { request } from './request.ts';
import { recentTopUpsQuery } from './top-ups.ts';

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: ({ signal }) => request<Balance>('GET', '/api/balance', { signal }),
});

/** The balance, kept fresh by itself: fast while money is on its way. */
export function useBalance() {
  const { data: orders = [] } = useQuery(recentTopUpsQuery);
  return useQuery({ ...balanceQuery, refetchInterval: () => balanceInterval(orders, Date.now()) });
}
