import { Card, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useAccountSubscription } from '../api/support.ts';
import { AccountPlan } from '../components/admin/account-plan.tsx';
import { AccountSearch } from '../components/admin/account-search.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { CardSkeleton } from '../components/skeletons.tsx';

const route = getRouteApi('/shell/admin/subscriptions');

function Found({ account }: { account: string }) {
  const query = useAccountSubscription(account, 10_000);
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={320} />}>
      {(found) => <AccountPlan found={found} />}
    </QueryState>
  );
}

export function AdminSubscriptionsPage() {
  const { account } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title="Subscriptions" lead="The plan of one account: where it stands, and why.">
      <Card>
        <AccountSearch
          label="Account"
          action="Find"
          initial={account ?? ''}
          onAccount={(found) => void navigate({ search: { account: found } })}
        />
      </Card>
      {account ? (
        <Found key={account} account={account} />
      ) : (
        <Text size="sm" c="dimmed">
          Find an account by its id, or by the e-mail address of its customer.
        </Text>
      )}
    </Page>
  );
}
