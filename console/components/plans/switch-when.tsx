import { Radio, Stack, Text } from '@mantine/core';
import type { SwitchQuoteView } from '../../../api/schemas/plan-orders.ts';
import { useMe } from '../../api/account.ts';
import { formatBalance } from '../../money.ts';
import styles from '../../styles/choice.module.css';
import { formatDate } from '../../time.ts';
import { ChoiceCard } from '../choice-card.tsx';

export type When = SwitchQuoteView['recommended'];

export interface SwitchWhenProps {
  quote: SwitchQuoteView;
  value: When;
  onChange: (when: When) => void;
}

/** Now or at the period's end, what is recommended first. */
export function SwitchWhen({ quote, value, onChange }: SwitchWhenProps) {
  const { time_zone } = useMe();
  const choices = [
    {
      value: 'period_end' as const,
      label: `At the end of the period, ${formatDate(quote.period_end, time_zone)}`,
      note: `You pay nothing now and lose nothing. ${quote.from.plan_name} goes on until then.`,
    },
    {
      value: 'now' as const,
      label: 'Now',
      note: `You pay ${formatBalance(quote.to.price_usd)} in full, and ${quote.from.plan_name} ends at once.`,
    },
  ];
  const ordered = quote.recommended === 'now' ? choices.toReversed() : choices;
  const among = ordered.map((choice) => choice.value);
  return (
    <Radio.Group label="When" value={value} onChange={(when) => onChange(when as When)}>
      <Stack gap="xs" mt={6}>
        {ordered.map((choice) => (
          <ChoiceCard
            key={choice.value}
            value={choice.value}
            among={among}
            chosen={value}
            className={styles.method}
          >
            <Text size="sm" fw={550}>
              {choice.label}
            </Text>
            <Text size="xs" c="dimmed">
              {choice.note}
            </Text>
          </ChoiceCard>
        ))}
      </Stack>
    </Radio.Group>
  );
}
