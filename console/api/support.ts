import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AccountSubscription } from '../../api/schemas/admin-subscriptions.ts';
import { request, withQuery } from './request.ts';

export const accountSubscriptionKey = ['account-subscription'] as const;

/** By an account's id or its e-mail address. */
export function useAccountSubscription(account: string, everyMs: number) {
  return useQuery({
    queryKey: [...accountSubscriptionKey, account],
    queryFn: ({ signal }) =>
      request<AccountSubscription>('GET', withQuery('/api/admin/subscriptions', { account }), { signal }),
    refetchInterval: everyMs,
  });
}

export type SupportAct = 'retry' | 'skip' | 'grant';

export function useSupportAct(accountId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ act, reason }: { act: SupportAct; reason: string }) =>
      request<AccountSubscription>('POST', `/api/admin/subscriptions/${accountId}/${act}`, {
        body: { reason },
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: accountSubscriptionKey }),
  });
}
