import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import type { Me } from '../../api/schemas/account.ts';
import { balanceQuery } from './balance.ts';
import { request } from './request.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request<Me>('GET', '/api/me', { signal }),
  staleTime: 60_000,
});

/** The signed-in account. Only below the shell, whose route has loaded it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

export type AccountChange = Partial<Pick<Me, 'time_zone' | 'name' | 'pay2go'>>;

export function useChangeAccount() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: AccountChange) => request<Me>('PATCH', '/api/me', { body: change }),
    // Pay2Go decides what of the balance calls can spend.
    onSuccess: () =>
      Promise.all([meQuery, balanceQuery].map(({ queryKey }) => queryClient.invalidateQueries({ queryKey }))),
  });
}
