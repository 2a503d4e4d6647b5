import { Badge, Group, Table, Text } from '@mantine/core';
import type { UsageEvent } from '../../api/schemas/usage.ts';
import { useMe } from '../api/account.ts';
import { formatExact } from '../money.ts';
import styles from '../styles/list.module.css';
import { formatDateTime } from '../time.ts';
import { outcomeWords, paidFrom, tokensIn, tokensOut } from '../usage-words.ts';
import { TextLink } from './links.tsx';
import { WideOrNarrow } from './wide-or-narrow.tsx';

interface RowProps {
  event: UsageEvent;
  timeZone: string;
}

export function Outcome({ event }: { event: Pick<UsageEvent, 'outcome' | 'estimated'> }) {
  const { label, color } = outcomeWords(event.outcome);
  return (
    <Badge color={color} tt="none" fw={600} className={styles.badge}>
      {label}
      {event.estimated ? ' · estimated' : ''}
    </Badge>
  );
}

/** Opens the drawer by its address, so that one call can be sent to somebody. */
function CallLink({ event, timeZone }: RowProps) {
  return (
    <TextLink to="/usage" search={(now) => ({ ...now, call: event.trace_id })} resetScroll={false} size="sm">
      <time dateTime={event.started_at}>{formatDateTime(event.started_at, timeZone)}</time>
    </TextLink>
  );
}

function UsageRow({ event, timeZone }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td className={styles.nowrap}>
        <CallLink event={event} timeZone={timeZone} />
      </Table.Td>
      <Table.Td>{event.model}</Table.Td>
      <Table.Td visibleFrom="lg">{event.key_name ?? 'Deleted key'}</Table.Td>
      <Table.Td ta="right">{tokensIn(event)}</Table.Td>
      <Table.Td ta="right">{tokensOut(event)}</Table.Td>
      <Table.Td visibleFrom="md">
        {paidFrom(event)
          .map(({ label }) => label)
          .join(' + ') || 'Free'}
      </Table.Td>
      <Table.Td ta="right" fw={600}>
        {formatExact(event.charge_usd)}
      </Table.Td>
      <Table.Td>
        <Outcome event={event} />
      </Table.Td>
    </Table.Tr>
  );
}

function UsageCard({ event, timeZone }: RowProps) {
  return (
    <li className={styles.item}>
      <Group justify="space-between" wrap="nowrap">
        <CallLink event={event} timeZone={timeZone} />
        <Text fw={600}>{formatExact(event.charge_usd)}</Text>
      </Group>
      <Group justify="space-between" wrap="nowrap" mt={6} align="flex-start">
        <Text size="xs" c="dimmed" miw={0}>
          {event.model}
          <br />
          {tokensIn(event)} in · {tokensOut(event)} out
        </Text>
        <Outcome event={event} />
      </Group>
    </li>
  );
}

function UsageTable({ events, timeZone }: { events: readonly UsageEvent[]; timeZone: string }) {
  return (
    <Table highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Time</Table.Th>
          <Table.Th>Model</Table.Th>
          <Table.Th visibleFrom="lg">API key</Table.Th>
          <Table.Th ta="right">Tokens in</Table.Th>
          <Table.Th ta="right">Out</Table.Th>
          <Table.Th visibleFrom="md">Paid from</Table.Th>
          <Table.Th ta="right">Charge</Table.Th>
          <Table.Th>Outcome</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {events.map((event) => (
          <UsageRow key={event.trace_id} event={event} timeZone={timeZone} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function UsageList({ events }: { events: readonly UsageEvent[] }) {
  const { time_zone } = useMe();
  return (
    <WideOrNarrow
      wide={<UsageTable events={events} timeZone={time_zone} />}
      narrow={events.map((event) => <UsageCard key={event.trace_id} event={event} timeZone={time_zone} />)}
    />
  );
}
