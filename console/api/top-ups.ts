import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useRef } from 'react';
import type { z } from 'zod';
import type { TopUp, TopUpDetail, topUpMethods, topUpPage } from '../../api/schemas/top-ups.ts';
import { isOpen } from '../orders.ts';
import type { Intent, Wish } from './intent.ts';
import { orderInterval } from './polling.ts';
import { isPassing } from './query-client.ts';
import { request, withQuery } from './request.ts';

export type TopUpMethod = z.infer<typeof topUpMethods>['items'][number];
type TopUpPage = z.infer<typeof topUpPage>;

const methodsQuery = queryOptions({
  queryKey: ['top-up-methods'],
  queryFn: ({ signal }) => request<{ items: TopUpMethod[] }>('GET', '/api/top-up-methods', { signal }),
  select: (list) => list.items,
  staleTime: 5 * 60_000,
});

/** The newest orders: what the header watches to see money coming. */
export const recentTopUpsQuery = queryOptions({
  queryKey: ['top-ups', 'recent'],
  queryFn: ({ signal }) => request<TopUpPage>('GET', '/api/top-ups?limit=10', { signal }),
  select: (page) => page.items,
  refetchInterval: ({ state }) => (state.data?.items.some(isOpen) ? 5_000 : false),
});

const topUpsQuery = infiniteQueryOptions({
  queryKey: ['top-ups', 'all'],
  queryFn: ({ pageParam, signal }) =>
    request<TopUpPage>('GET', withQuery('/api/top-ups', { cursor: pageParam }), { signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const useTopUpMethods = () => useQuery(methodsQuery);
export const useRecentTopUps = () => useQuery(recentTopUpsQuery);
export const useTopUps = () => useInfiniteQuery(topUpsQuery);

/** One order, asked for again until it can no longer change; often at first, then less and less. */
export function useTopUp(id: string) {
  const watchedSince = useRef(Date.now());
  return useQuery({
    queryKey: ['top-ups', 'one', id],
    queryFn: ({ signal }) => request<TopUpDetail>('GET', `/api/top-ups/${id}`, { signal }),
    refetchInterval: ({ state }) =>
      state.data ? orderInterval(state.data, Date.now() - watchedSince.current) : false,
  });
}

/** What a top-up asks for. */
export const topUpWish = (method: string, amount: string): Wish => ({
  path: '/api/top-ups',
  body: { amount_usd: amount, method },
});

/**
 * The key belongs to the click, so that a repeated one finds the first order instead of making a second. A switch
 * answers with its order inside.
 */
export function useCreateOrder() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, path, body }: Intent) => {
      const headers = { 'idempotency-key': key };
      const answer = await request<TopUp | { order: TopUp }>('POST', path, { body, headers });
      return 'order' in answer ? answer.order : answer;
    },
    retry: (failures, error) => isPassing(error) && failures < 2,
    retryDelay: (attempt) => 1000 * 2 ** attempt,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['top-ups'] }),
  });
}

function useOrderAction<Input>(pathOf: (input: Input) => string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => request<TopUp>('POST', pathOf(input)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['top-ups'] }),
  });
}

export const useCheckTopUp = () =>
  useOrderAction(({ id, returned = false }: { id: string; returned?: boolean }) =>
    withQuery(`/api/top-ups/${id}/check`, { returned: returned ? 'true' : undefined }),
  );
export const useCancelTopUp = () => useOrderAction((id: string) => `/api/top-ups/${id}/cancel`);
