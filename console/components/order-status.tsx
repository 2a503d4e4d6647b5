import { Badge } from '@mantine/core';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { type OrderTone, wordsOf } from '../orders.ts';
import styles from '../styles/list.module.css';

const colors: Record<OrderTone, string> = {
  waiting: 'blue',
  good: 'petrol',
  attention: 'orange',
  bad: 'red',
  quiet: 'gray',
};

export function OrderStatus({ order, size = 'md' }: { order: TopUp; size?: 'md' | 'lg' }) {
  const { label, tone } = wordsOf(order);
  return (
    <Badge color={colors[tone]} size={size} tt="none" fw={600} className={styles.badge}>
      {label}
    </Badge>
  );
}
