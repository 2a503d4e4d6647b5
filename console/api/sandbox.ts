import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SandboxAccount } from '../../api/schemas/admin-subscriptions.ts';
import { request } from './request.ts';
import { accountSubscriptionKey } from './support.ts';

const PATH = '/api/admin/sandbox-accounts';

const sandboxesQuery = queryOptions({
  queryKey: ['sandbox-accounts'],
  queryFn: ({ signal }) => request<{ items: SandboxAccount[] }>('GET', PATH, { signal }),
  select: (list) => list.items,
  // A clock that runs is worth watching.
  refetchInterval: ({ state }) => (state.data?.items.some(({ running }) => running) ? 1_000 : 15_000),
});

export const useSandboxes = () => useQuery(sandboxesQuery);

export function useMakeSandbox() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (account: string) => request<SandboxAccount>('POST', PATH, { body: { account } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sandboxesQuery.queryKey }),
  });
}

export function useAdvance(accountId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (to: string) =>
      request<SandboxAccount>('POST', `${PATH}/${accountId}/advance`, { body: { to } }),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: sandboxesQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: accountSubscriptionKey });
    },
  });
}
