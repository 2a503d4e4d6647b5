import { Text } from '@mantine/core';
import { useMe } from '../api/account.ts';
import { useRecentUsage } from '../api/usage.ts';
import { BalanceCard } from '../components/balance-card.tsx';
import { GettingStarted } from '../components/getting-started.tsx';
import { TextLink } from '../components/links.tsx';
import { OpenOrders } from '../components/open-orders.tsx';
import { Page } from '../components/page.tsx';
import { PlanCard } from '../components/plans/plan-card.tsx';
import { QueryState } from '../components/query-state.tsx';
import { QuickTopUp } from '../components/quick-top-up.tsx';
import { Section } from '../components/section.tsx';
import { RowsSkeleton } from '../components/skeletons.tsx';
import { UsageList } from '../components/usage-list.tsx';
import styles from '../styles/columns.module.css';

function NoCallsYet() {
  return (
    <Text size="sm" c="dimmed" py="xs">
      No calls yet. The example below makes the first one.
    </Text>
  );
}

function RecentUsage() {
  const query = useRecentUsage();
  return (
    <Section
      id="recent-usage"
      title="Recent calls"
      aside={
        <TextLink to="/usage" size="sm">
          Usage log
        </TextLink>
      }
    >
      <QueryState
        query={query}
        skeleton={<RowsSkeleton />}
        empty={{ when: (events) => events.length === 0, show: <NoCallsYet /> }}
      >
        {(events) => <UsageList events={events} />}
      </QueryState>
    </Section>
  );
}

export function OverviewPage() {
  const me = useMe();
  return (
    <Page title="Overview" lead={me.name ? `Hello, ${me.name}.` : undefined}>
      <OpenOrders />
      <div className={`${styles.columns} ${styles.even} ${styles.stretch}`}>
        <BalanceCard />
        <QuickTopUp />
      </div>
      <PlanCard />
      <RecentUsage />
      <GettingStarted />
    </Page>
  );
}
