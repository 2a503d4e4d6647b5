import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import type { z } from 'zod';
import type { UsageDetail, UsageSummary, usagePage } from '../../api/schemas/usage.ts';
import { request, withQuery } from './request.ts';

type UsagePage = z.infer<typeof usagePage>;

/** As the api takes it: `from` and `to` are moments, not days. */
export interface UsageFilter {
  model: string | undefined;
  key_id: string | undefined;
  from: string | undefined;
  to: string | undefined;
}

const usageQuery = (filter: UsageFilter) =>
  infiniteQueryOptions({
    queryKey: ['usage', 'log', filter],
    queryFn: ({ pageParam, signal }) =>
      request<UsagePage>('GET', withQuery('/api/usage', { ...filter, cursor: pageParam }), { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

const recentUsageQuery = queryOptions({
  queryKey: ['usage', 'recent'],
  queryFn: ({ signal }) => request<UsagePage>('GET', '/api/usage?limit=5', { signal }),
  select: (page) => page.items,
  refetchInterval: 30_000,
});

export type UsageGrouping = UsageSummary['group_by'];

const summaryQuery = (filter: UsageFilter, groupBy: UsageGrouping) =>
  queryOptions({
    queryKey: ['usage', 'summary', filter, groupBy],
    queryFn: ({ signal }) =>
      request<UsageSummary>('GET', withQuery('/api/usage/summary', { ...filter, group_by: groupBy }), {
        signal,
      }),
    // The figures before stay while others are loaded: the page does not jump.
    placeholderData: keepPreviousData,
  });

/** Where a browser downloads what the filter shows. */
export const usageCsvAddress = (filter: UsageFilter) => withQuery('/api/usage.csv', { ...filter });

const callQuery = (traceId: string) =>
  queryOptions({
    queryKey: ['usage', 'one', traceId],
    queryFn: ({ signal }) =>
      request<UsageDetail>('GET', `/api/usage/${encodeURIComponent(traceId)}`, { signal }),
  });

export const useUsage = (filter: UsageFilter) => useInfiniteQuery(usageQuery(filter));
export const useRecentUsage = () => useQuery(recentUsageQuery);
export const useUsageSummary = (filter: UsageFilter, groupBy: UsageGrouping) =>
  useQuery(summaryQuery(filter, groupBy));
export const useCall = (traceId: string) => useQuery(callQuery(traceId));
