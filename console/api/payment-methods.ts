import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { v4 as uuid } from 'uuid';
import type { CardSetupView, PaymentMethodView } from '../../api/schemas/payment-methods.ts';
import { planKey } from './plans.ts';
import { isPassing } from './query-client.ts';
import { request } from './request.ts';

const methodsQuery = queryOptions({
  queryKey: ['payment-methods'],
  queryFn: ({ signal }) => request<{ items: PaymentMethodView[] }>('GET', '/api/payment-methods', { signal }),
  select: (list) => list.items,
});

export const usePaymentMethods = () => useQuery(methodsQuery);

/** Leads to the provider's page, where the card is entered: this page never sees its number. */
export function useAddCard() {
  return useMutation({
    mutationFn: (key: string) =>
      request<CardSetupView>('POST', '/api/payment-methods/setups', { headers: { 'idempotency-key': key } }),
    retry: (failures, error) => isPassing(error) && failures < 2,
    onSuccess: ({ url }) => {
      if (url) window.location.assign(url);
    },
  });
}

export const newSetupKey = () => uuid();

/** A setup page the customer came back from, asked for until the card is there. */
export function useCardSetup(id: string) {
  return useQuery({
    queryKey: ['card-setup', id],
    queryFn: () => request<CardSetupView>('POST', `/api/payment-methods/setups/${id}/check`),
    refetchInterval: ({ state }) =>
      state.data?.status === 'open' && state.dataUpdateCount < 20 ? 2_000 : false,
    refetchOnWindowFocus: false,
  });
}

export function useCardsChanged() {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: methodsQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: planKey });
  };
}

export function useRemoveCard() {
  const changed = useCardsChanged();
  return useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/api/payment-methods/${id}`),
    onSettled: changed,
  });
}
