import { Card, Text } from '@mantine/core';
import { IconWallet } from '@tabler/icons-react';
import { useRecentTopUps, useTopUpMethods } from '../api/top-ups.ts';
import { EmptyNote } from '../components/empty-note.tsx';
import { TextLink } from '../components/links.tsx';
import { OrderCards } from '../components/order-list.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { Section } from '../components/section.tsx';
import { CardSkeleton, RowsSkeleton } from '../components/skeletons.tsx';
import { TopUpForm } from '../components/top-up-form.tsx';
import styles from '../styles/columns.module.css';

function NoMethods() {
  return (
    <EmptyNote
      icon={IconWallet}
      title="Top-ups are not available"
      description="No payment method is set up on this service at the moment. Please ask support."
    />
  );
}

function RecentOrders() {
  const query = useRecentTopUps();
  return (
    <QueryState
      query={query}
      skeleton={<RowsSkeleton rows={3} />}
      empty={{
        when: (orders) => orders.length === 0,
        show: (
          <Text size="sm" c="dimmed">
            Your top-ups will be listed here.
          </Text>
        ),
      }}
    >
      {(orders) => <OrderCards orders={orders.slice(0, 5)} />}
    </QueryState>
  );
}

export function TopUpPage() {
  const query = useTopUpMethods();
  return (
    <Page title="Top up" lead="Money you add goes to your wallet. It never expires.">
      <div className={`${styles.columns} ${styles.wideFirst}`}>
        <QueryState query={query} skeleton={<CardSkeleton height={420} />}>
          {(methods) => (
            <Card>{methods[0] ? <TopUpForm methods={methods} first={methods[0]} /> : <NoMethods />}</Card>
          )}
        </QueryState>
        <Section
          id="recent"
          title="Recent orders"
          aside={
            <TextLink to="/orders" size="sm">
              All orders
            </TextLink>
          }
        >
          <RecentOrders />
        </Section>
      </div>
    </Page>
  );
}
