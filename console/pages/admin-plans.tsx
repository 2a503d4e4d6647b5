import { Card } from '@mantine/core';
import { useAdminPlans } from '../api/admin-plans.ts';
import { AdminPlanList } from '../components/admin/plan-list.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { RowsSkeleton } from '../components/skeletons.tsx';

export function AdminPlansPage() {
  const query = useAdminPlans();
  return (
    <Page
      title="Plan terms"
      lead="An edit is a new version: purchases and renewals get it from then on, running periods keep theirs."
    >
      <Card>
        <QueryState query={query} skeleton={<RowsSkeleton rows={6} />}>
          {(plans) => <AdminPlanList plans={plans} />}
        </QueryState>
      </Card>
    </Page>
  );
}
