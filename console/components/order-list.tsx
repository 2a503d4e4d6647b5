import { Group, Table, Text } from '@mantine/core';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { useMe } from '../api/account.ts';
import { formatExact } from '../money.ts';
import styles from '../styles/list.module.css';
import { formatDateTime } from '../time.ts';
import { TextLink } from './links.tsx';
import { OrderStatus } from './order-status.tsx';
import { WideOrNarrow } from './wide-or-narrow.tsx';

interface RowProps {
  order: TopUp;
  timeZone: string;
}

function NumberLink({ order }: { order: TopUp }) {
  return (
    <TextLink to="/top-ups/$id" params={{ id: order.id }} ff="monospace" size="sm">
      {order.number}
    </TextLink>
  );
}

function OrderRow({ order, timeZone }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td>
        <NumberLink order={order} />
      </Table.Td>
      <Table.Td>{order.title}</Table.Td>
      <Table.Td>
        <time dateTime={order.created_at}>{formatDateTime(order.created_at, timeZone)}</time>
      </Table.Td>
      <Table.Td>
        <OrderStatus order={order} />
      </Table.Td>
      <Table.Td ta="right">{formatExact(order.amount_usd)}</Table.Td>
      <Table.Td ta="right">{formatExact(order.credited_usd)}</Table.Td>
    </Table.Tr>
  );
}

function OrderCard({ order, timeZone }: RowProps) {
  return (
    <li className={styles.item}>
      <Group justify="space-between" wrap="nowrap">
        <NumberLink order={order} />
        <Text fw={600}>{formatExact(order.amount_usd)}</Text>
      </Group>
      <Group justify="space-between" wrap="nowrap" mt={6}>
        <Text size="xs" c="dimmed">
          {order.title}
          <br />
          {formatDateTime(order.created_at, timeZone)}
        </Text>
        <OrderStatus order={order} />
      </Group>
    </li>
  );
}

function OrderTable({ orders, timeZone }: { orders: readonly TopUp[]; timeZone: string }) {
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Order</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Created</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th ta="right">Amount</Table.Th>
          <Table.Th ta="right">Credited</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} timeZone={timeZone} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function orderCards(orders: readonly TopUp[], timeZone: string) {
  return orders.map((order) => <OrderCard key={order.id} order={order} timeZone={timeZone} />);
}

/** For narrow places. */
export function OrderCards({ orders }: { orders: readonly TopUp[] }) {
  const { time_zone } = useMe();
  return <ul className={styles.list}>{orderCards(orders, time_zone)}</ul>;
}

export function OrderList({ orders }: { orders: readonly TopUp[] }) {
  const { time_zone } = useMe();
  return (
    <WideOrNarrow
      wide={<OrderTable orders={orders} timeZone={time_zone} />}
      narrow={orderCards(orders, time_zone)}
    />
  );
}
