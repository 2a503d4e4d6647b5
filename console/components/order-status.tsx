import { Badge } from '@mantine/core';
import type { TopUp } from '../../api/schemas/top-ups.ts';
import { type OrderTone, orderWords } from '../orders.ts';
import styles from '../styles/list.module.css';

const colors: Record<OrderTone, string> = {
  waiting: 'blue',
  good: 'petrol',
  attention: 'orange',
  bad: 'red',
  quiet: 'gray',
};

export function OrderStatus({ status, size = 'md' }: { status: TopUp['status']; size?: 'md' | 'lg' }) {
  const { label, tone } = orderWords[status];
  return (
    <Badge color={colors[tone]} size={size} tt="none" fw={600} className={styles.badge}>
      {label}
    </Badge>
  );
}
