import { Group, Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { ApiError } from '../api/request.ts';
import { useTopUp } from '../api/top-ups.ts';
import { CopyValue } from '../components/copy-value.tsx';
import { OrderFacts } from '../components/order-facts.tsx';
import { OrderStatus } from '../components/order-status.tsx';
import { OrderSummary } from '../components/order-summary.tsx';
import { OrderTimeline } from '../components/order-timeline.tsx';
import { Page } from '../components/page.tsx';
import { QueryState } from '../components/query-state.tsx';
import { useReturnedCheck } from '../components/returned-check.ts';
import { Section } from '../components/section.tsx';
import { CardSkeleton } from '../components/skeletons.tsx';
import { formatExact } from '../money.ts';
import styles from '../styles/columns.module.css';
import { NothingHere } from './not-found.tsx';

const route = getRouteApi('/shell/top-ups/$id');

function OrderBody({ order, returned }: { order: TopUpDetail; returned: boolean }) {
  return (
    <div className={`${styles.columns} ${styles.withFacts}`}>
      <Stack gap="lg">
        <OrderSummary order={order} returned={returned} />
        <Section id="timeline" title="Timeline">
          <OrderTimeline order={order} />
        </Section>
      </Stack>
      <OrderFacts order={order} />
    </div>
  );
}

function OrderSkeleton() {
  return (
    <Stack gap="lg">
      <CardSkeleton height={160} />
      <CardSkeleton height={260} />
    </Stack>
  );
}

function titleOf({ kind, title, amount_usd }: TopUpDetail): string {
  return kind === 'top_up' ? `Top-up of ${formatExact(amount_usd)}` : title;
}

export function OrderPage() {
  const { id } = route.useParams();
  const returned = useReturnedCheck(id, route.useSearch().returned === '1');
  const query = useTopUp(id);
  if (query.error instanceof ApiError && query.error.status === 404) {
    return <NothingHere title="There is no such order" hint="It may belong to another account." />;
  }
  const order = query.data;
  const title = order ? titleOf(order) : 'Order';
  return (
    <Page
      title={title}
      lead={
        order && (
          <Group gap="sm">
            <OrderStatus order={order} size="lg" />
            <CopyValue label="Order number" value={order.number} />
          </Group>
        )
      }
    >
      <QueryState query={query} skeleton={<OrderSkeleton />}>
        {(loaded) => <OrderBody order={loaded} returned={returned} />}
      </QueryState>
    </Page>
  );
}
