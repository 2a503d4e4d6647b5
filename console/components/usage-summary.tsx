import { Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { UsageSummary as Summary } from '../../api/schemas/usage.ts';
import { type UsageFilter, type UsageGrouping, useUsageSummary } from '../api/usage.ts';
import { formatExact, groupDigits } from '../money.ts';
import styles from '../styles/bar-chart.module.css';
import { formatDate } from '../time.ts';
import { BarChart } from './bar-chart.tsx';
import { QueryState } from './query-state.tsx';
import { Section } from './section.tsx';
import { RowsSkeleton } from './skeletons.tsx';

type Item = Summary['items'][number];

const groupings: { value: UsageGrouping; label: string }[] = [
  { value: 'day', label: 'By day' },
  { value: 'model', label: 'By model' },
  { value: 'key', label: 'By key' },
];

const nameOf = (item: Item, grouping: UsageGrouping) =>
  grouping === 'key' ? (item.label ?? 'Deleted key') : item.group;

function Total({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={650}>{value}</Text>
    </div>
  );
}

function Totals({ total }: { total: Summary['total'] }) {
  return (
    <Group gap="xl" data-testid="usage-totals">
      <Total label="Charged" value={formatExact(total.charge_usd)} />
      <Total label="Calls" value={groupDigits(total.calls)} />
      <Total label="Tokens in" value={groupDigits(total.input_tokens)} />
      <Total label="Tokens out" value={groupDigits(total.output_tokens)} />
    </Group>
  );
}

function Figures({ summary }: { summary: Summary }) {
  const { group_by: grouping } = summary;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th tt="capitalize">{grouping === 'key' ? 'API key' : grouping}</Table.Th>
          <Table.Th ta="right">Calls</Table.Th>
          <Table.Th ta="right">Charge</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {summary.items.map((item) => (
          <Table.Tr key={item.group}>
            <Table.Td>{nameOf(item, grouping)}</Table.Td>
            <Table.Td ta="right">{groupDigits(item.calls)}</Table.Td>
            <Table.Td ta="right">{formatExact(item.charge_usd)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Sums({ summary }: { summary: Summary }) {
  const { group_by: grouping, items, from, to, time_zone } = summary;
  const bars = items.map((item) => ({
    name: item.group,
    usd: item.charge_usd,
    title: `${nameOf(item, grouping)}: ${formatExact(item.charge_usd)}, ${groupDigits(item.calls)} calls`,
  }));
  return (
    <Stack gap="sm">
      <Totals total={summary.total} />
      <BarChart bars={bars} label={`Charge by ${grouping}. The figures are in the table below.`} />
      <Text size="xs" c="dimmed">
        {formatDate(from, time_zone)} to {formatDate(to, time_zone)}, {time_zone}
      </Text>
      <details className={styles.figures}>
        <summary>Show as a table</summary>
        <Figures summary={summary} />
      </details>
    </Stack>
  );
}

/** What the calls of the log cost in sum. */
export function UsageSummary({ filter }: { filter: UsageFilter }) {
  const [grouping, setGrouping] = useState<UsageGrouping>('day');
  const query = useUsageSummary(filter, grouping);
  return (
    <Section
      id="usage-summary"
      title="In sum"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Sum up by"
          data={groupings}
          value={grouping}
          onChange={(value) => setGrouping(value as UsageGrouping)}
        />
      }
    >
      <QueryState query={query} skeleton={<RowsSkeleton rows={4} />}>
        {(summary) => <Sums summary={summary} />}
      </QueryState>
    </Section>
  );
}
