import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { adminPlans, ChangePlan, changedPlan } from '../../api/schemas/plans.ts';
import { planKey } from './plans.ts';
import { request } from './request.ts';

export type AdminPlanWithHistory = z.infer<typeof adminPlans>['items'][number];

const plansQuery = queryOptions({
  queryKey: ['admin-plans'],
  queryFn: ({ signal }) => request<z.infer<typeof adminPlans>>('GET', '/api/admin/plans', { signal }),
  select: (list) => list.items,
});

export const useAdminPlans = () => useQuery(plansQuery);

export function useChangePlan(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: ChangePlan) =>
      request<z.infer<typeof changedPlan>>('PATCH', `/api/admin/plans/${id}`, { body }),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: plansQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: planKey }),
      ]),
  });
}
