import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { v4 as uuid } from 'uuid';
import type { SwitchQuoteView } from '../../api/schemas/plan-orders.ts';
import type { PlanOffer, SubscriptionPeriod, SubscriptionView } from '../../api/schemas/subscriptions.ts';
import type { Buys } from '../plans.ts';
import type { Wish } from './intent.ts';
import { planInterval } from './polling.ts';
import { request, withQuery } from './request.ts';
import { recentTopUpsQuery } from './top-ups.ts';

/** Everything about the account's plan: one key to ask for all of it again. */
export const planKey = ['plan'] as const;

const offerQuery = queryOptions({
  queryKey: [...planKey, 'offer'],
  queryFn: ({ signal }) => request<PlanOffer>('GET', '/api/plans', { signal }),
});

const subscriptionQuery = queryOptions({
  queryKey: [...planKey, 'subscription'],
  queryFn: ({ signal }) => request<SubscriptionView>('GET', '/api/subscription', { signal }),
});

const periodsQuery = queryOptions({
  queryKey: [...planKey, 'periods'],
  queryFn: ({ signal }) =>
    request<{ items: SubscriptionPeriod[] }>('GET', '/api/subscription/periods', { signal }),
  select: (list) => list.items,
});

/** Kept fresh as the balance is: fast while a payment is on its way. What failed waits for a click. */
function usePlanInterval(): (query: { state: { data: unknown } }) => number | false {
  const { data: orders = [] } = useQuery(recentTopUpsQuery);
  const { data: plan } = useQuery(subscriptionQuery);
  return ({ state }) => state.data !== undefined && planInterval(orders, plan, Date.now());
}

export const usePlanOffer = () => useQuery({ ...offerQuery, refetchInterval: usePlanInterval() });
export const useSubscription = () => useQuery({ ...subscriptionQuery, refetchInterval: usePlanInterval() });
export const usePeriods = () => useQuery({ ...periodsQuery, refetchInterval: usePlanInterval() });

/** Never from memory: it is computed for this moment. */
export function useSwitchQuote(planId: string, as: Buys) {
  return useQuery({
    queryKey: ['switch-quote', planId, as],
    queryFn: ({ signal }) =>
      request<SwitchQuoteView>('GET', withQuery('/api/plan-switches/quote', { plan_id: planId, as }), {
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

export type PlanMethod = 'card' | 'card_once';

export const planWish = (planId: string, kind: Buys, method: PlanMethod): Wish => ({
  path: '/api/plan-orders',
  body: { plan_id: planId, kind, method },
});

export const payWish = (method: PlanMethod): Wish => ({ path: '/api/subscription/pay', body: { method } });

export interface SwitchChoice {
  planId: string;
  as: Buys;
  method: PlanMethod;
  quotedCreditUsd: string;
}

export const switchWish = ({ planId, as, method, quotedCreditUsd }: SwitchChoice): Wish => ({
  path: '/api/plan-switches',
  body: { plan_id: planId, as, when: 'now', method, quote_credit_usd: quotedCreditUsd },
});

function usePlanAction<Input = void>(ask: (input: Input) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ask,
    // Waited for: the dialog closes over a page that shows what was done.
    onSettled: () => queryClient.invalidateQueries({ queryKey: planKey }),
  });
}

export const useCancelPlan = () => usePlanAction(() => request('POST', '/api/subscription/cancel'));
export const useResumePlan = () => usePlanAction(() => request('POST', '/api/subscription/resume'));
export const useKeepPlan = () => usePlanAction(() => request('DELETE', '/api/plan-switches/scheduled'));

/** At the period's end: nothing is paid now, and asking twice changes nothing more. */
export const useScheduleSwitch = () =>
  usePlanAction((planId: string) =>
    request('POST', '/api/plan-switches', {
      body: { plan_id: planId, as: 'plan', when: 'period_end' },
      headers: { 'idempotency-key': uuid() },
    }),
  );
