import { FREE_PLAN_ID } from '../../billing/plan-actions.ts';
import { listPlans, listPlanVersions } from '../../db/plans.ts';
import type { ApiDeps } from '../deps.ts';
import { editPlan } from '../plan-edits.ts';
import { planToWire, versionToWire } from '../plan-wire.ts';
import { defineRoute, type Route } from '../route.ts';
import { adminPlans, changedPlan, changePlan, planParams } from '../schemas/plans.ts';

const tag = 'Admin: plans';

export function adminPlanRoutes(deps: ApiDeps): Route[] {
  return [listRoute(deps), changeRoute(deps)];
}

function listRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/admin/plans',
    summary: 'Every plan with its terms and what they were',
    description: 'Also those that are no longer sold.',
    tag,
    access: 'admin',
    response: { status: 200, description: 'The plans, cheapest first', schema: adminPlans },
    handler: async () => {
      const versions = await listPlanVersions(db);
      const items = (await listPlans(db)).map((plan) => ({
        ...planToWire(plan, plan.current),
        history: versions.filter(({ planId }) => planId === plan.id).map(versionToWire),
      }));
      return { items };
    },
  });
}

const forPeriods = {
  applies_to_running: 'next_period',
  message:
    'Purchases and renewals get these terms from now on; periods that have begun keep theirs to their end.',
} as const;
const forFree = {
  applies_to_running: 'at_once',
  message: 'Free has no period: every account without a plan has these terms now.',
} as const;

function changeRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'patch',
    path: '/api/admin/plans/:id',
    summary: 'Edit a plan: a new version of its terms',
    description:
      'A field that is absent stays; null lifts that limit. Backup and budget are kept as amounts: whoever changes base or price and wants the same factor sends the factor again. Name and `enabled` are no terms and change at once.',
    tag,
    access: 'admin',
    params: planParams,
    body: changePlan,
    response: { status: 200, description: 'The terms as they are now, and for whom', schema: changedPlan },
    errors: ['not_found', 'conflict'],
    handler: async ({ session, params: { id }, body }) => {
      const plan = await editPlan(db, session, id, body);
      return { ...planToWire(plan, plan.current), ...(id === FREE_PLAN_ID ? forFree : forPeriods) };
    },
  });
}
