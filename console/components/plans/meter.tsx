import { Group, Progress, Text } from '@mantine/core';
import { percentOf } from '../../money.ts';

export interface MeterProps {
  label: string;
  /** Both as exact decimals, for the width of the bar only. */
  part: string;
  whole: string;
  /** The figures in words; what a screen reader hears of the bar. */
  figures: string;
  note?: string | undefined;
  color?: string;
}

/** How much of something there is: the words above, the bar below. */
export function Meter({ label, part, whole, figures, note, color = 'petrol' }: MeterProps) {
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={550}>
          {label}
        </Text>
        <Text size="sm">{figures}</Text>
      </Group>
      <Progress
        value={Math.min(percentOf(part, whole), 100)}
        color={color}
        size="md"
        aria-label={`${label}: ${figures}`}
      />
      {note && (
        <Text size="xs" c="dimmed" mt={4}>
          {note}
        </Text>
      )}
    </div>
  );
}
