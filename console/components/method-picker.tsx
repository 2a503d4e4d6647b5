import { Group, Radio, Stack, Text } from '@mantine/core';
import { IconBuildingBank, IconCoin, IconCreditCard, type TablerIcon } from '@tabler/icons-react';
import type { TopUpMethod } from '../api/top-ups.ts';
import { formatShort } from '../money.ts';
import styles from '../styles/choice.module.css';
import { ChoiceCard } from './choice-card.tsx';

const icons: Record<string, TablerIcon> = { card: IconCreditCard, crypto: IconCoin };

interface MethodCardProps {
  method: TopUpMethod;
  among: readonly string[];
  chosen: string;
}

function MethodCard({ method, among, chosen }: MethodCardProps) {
  const Icon = icons[method.method] ?? IconBuildingBank;
  return (
    <ChoiceCard value={method.method} among={among} chosen={chosen} className={styles.method}>
      <Group wrap="nowrap" gap="sm">
        <Radio.Indicator />
        <Icon size={22} stroke={1.5} aria-hidden />
        <div>
          <Text size="sm" fw={550}>
            {method.label}
          </Text>
          <Text size="xs" c="dimmed">
            {formatShort(method.minimum_usd)} to {formatShort(method.maximum_usd)} · charged in{' '}
            {method.currency}
          </Text>
        </div>
      </Group>
    </ChoiceCard>
  );
}

export interface MethodPickerProps {
  methods: readonly TopUpMethod[];
  value: string;
  onChange: (method: string) => void;
}

export function MethodPicker({ methods, value, onChange }: MethodPickerProps) {
  const among = methods.map(({ method }) => method);
  return (
    <Radio.Group label="Pay with" value={value} onChange={onChange}>
      <Stack gap="xs" mt={6}>
        {methods.map((method) => (
          <MethodCard key={method.method} method={method} among={among} chosen={value} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
