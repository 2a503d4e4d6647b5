import { Card } from '@mantine/core';
import { IconReceipt } from '@tabler/icons-react';
import { useTopUps } from '../api/top-ups.ts';
import { EmptyNote } from '../components/empty-note.tsx';
import { ButtonLink } from '../components/links.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { OrderList } from '../components/order-list.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { RowsSkeleton } from '../components/skeletons.tsx';

function NoOrders() {
  return (
    <EmptyNote
      icon={IconReceipt}
      title="No orders yet"
      description="Your top-ups and plans are listed here, with everything that happened to them."
      action={<ButtonLink to="/topup">Top up</ButtonLink>}
    />
  );
}

export function OrdersPage() {
  const query = useTopUps();
  return (
    <Page title="Orders" lead="Every payment you started, and where it stands.">
      <Card>
        <QueryState
          query={query}
          skeleton={<RowsSkeleton />}
          empty={{ when: ({ pages }) => pages[0]?.items.length === 0, show: <NoOrders /> }}
        >
          {({ pages }) => (
            <>
              <OrderList orders={pages.flatMap((page) => page.items)} />
              <LoadMore query={query} />
            </>
          )}
        </QueryState>
      </Card>
    </Page>
  );
}
