import { Card, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconHourglass, IconUserSearch } from '@tabler/icons-react';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { useRecentTopUps } from '../api/top-ups.ts';
import { formatExact } from '../money.ts';
import { isOpen, wordsOf } from '../orders.ts';
import { ButtonLink } from './links.tsx';

function OpenOrder({ order }: { order: TopUp }) {
  const review = order.status === 'needs_review';
  const Icon = review ? IconUserSearch : IconHourglass;
  return (
    <Card padding="sm">
      <Group justify="space-between" gap="sm">
        <ThemeIcon variant="light" color={review ? 'orange' : 'petrol'}>
          <Icon size={18} stroke={1.75} aria-hidden />
        </ThemeIcon>
        <Text size="sm" flex={1} miw={0}>
          {order.title}, <strong>{formatExact(order.amount_usd)}</strong>:{' '}
          {wordsOf(order).label.toLowerCase()}
        </Text>
        <ButtonLink to="/top-ups/$id" params={{ id: order.id }} size="xs" variant="default">
          Open order
        </ButtonLink>
      </Group>
    </Card>
  );
}

/** What the customer may be waiting for, at most three; the rest is on the page of orders. */
export function OpenOrders() {
  const { data: orders = [] } = useRecentTopUps();
  const open = orders.filter((order) => isOpen(order) || order.status === 'needs_review').slice(0, 3);
  if (open.length === 0) return null;
  return (
    <Stack gap="xs">
      {open.map((order) => (
        <OpenOrder key={order.id} order={order} />
      ))}
    </Stack>
  );
}
