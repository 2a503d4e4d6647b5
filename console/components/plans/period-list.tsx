import { Badge, Group, Table, Text } from '@mantine/core';
import type { SubscriptionPeriod } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance } from '../../money.ts';
import { chargeWords, paidByWords, periodStates, reasonText } from '../../plan-words.ts';
import styles from '../../styles/list.module.css';
import { formatDate, formatDateTime } from '../../time.ts';
import { TextLink } from '../links.tsx';
import { WideOrNarrow } from '../wide-or-narrow.tsx';

interface RowProps {
  period: SubscriptionPeriod;
}

const keyOf = ({ subscription_id, period_index }: SubscriptionPeriod) => `${subscription_id} ${period_index}`;

function State({ period }: RowProps) {
  const { label, color } = periodStates[period.status];
  return (
    <Badge color={color} tt="none" fw={600} className={styles.badge}>
      {label}
    </Badge>
  );
}

function Span({ period }: RowProps) {
  const { time_zone } = useMe();
  return (
    <div>
      <Text size="sm" fw={550}>
        {formatDate(period.starts_at, time_zone)} to {formatDate(period.ends_at, time_zone)}
      </Text>
      <Text size="xs" c="dimmed">
        {period.plan_name} {period.kind === 'pass' ? 'pass' : `plan, period ${period.period_index + 1}`}
      </Text>
    </div>
  );
}

/** How it was paid, each attempt to charge the card, and why it was not paid where it was not. */
function Payment({ period }: RowProps) {
  const { time_zone } = useMe();
  const { paid_by: by, paid_ref: order, charges, reason } = period;
  const settled = period.status === 'granted' || period.status === 'paid';
  const attempts = charges.length > 1 || charges.some(({ status }) => status !== 'succeeded') ? charges : [];
  return (
    <div>
      <Text size="sm">
        {by === 'order' && order ? (
          <TextLink to="/top-ups/$id" params={{ id: order }} inherit>
            {paidByWords.order}
          </TextLink>
        ) : (
          by && paidByWords[by]
        )}
        {!by && !settled && (reason ? reasonText(reason) : '–')}
      </Text>
      {attempts.map(({ id, status, decline_code, at }) => (
        <Text key={id} size="xs" c="dimmed">
          {formatDateTime(at, time_zone)}: {chargeWords[status]}
          {decline_code && ` (${reasonText(decline_code)})`}
        </Text>
      ))}
      {by && reason && (
        <Text size="xs" c="dimmed">
          {reasonText(reason)}
        </Text>
      )}
    </div>
  );
}

function PeriodRow({ period }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td>
        <Span period={period} />
      </Table.Td>
      <Table.Td>
        <State period={period} />
      </Table.Td>
      <Table.Td ta="right">{formatBalance(period.price_usd)}</Table.Td>
      <Table.Td>
        <Payment period={period} />
      </Table.Td>
      <Table.Td ta="right">{formatCredits(period.base_credits)}</Table.Td>
      <Table.Td ta="right">{formatCredits(period.bonus_credits)}</Table.Td>
      <Table.Td ta="right">{formatCredits(period.backup_credits)}</Table.Td>
    </Table.Tr>
  );
}

function PeriodCard({ period }: RowProps) {
  return (
    <li className={styles.item}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Span period={period} />
        <Text fw={600}>{formatBalance(period.price_usd)}</Text>
      </Group>
      <Group justify="space-between" wrap="nowrap" mt={6} align="flex-start">
        <div>
          <Payment period={period} />
          <Text size="xs" c="dimmed">
            {formatCredits(period.base_credits)} + {formatCredits(period.bonus_credits)} bonus, backup +
            {formatCredits(period.backup_credits)}
          </Text>
        </div>
        <State period={period} />
      </Group>
    </li>
  );
}

function PeriodTable({ periods }: { periods: readonly SubscriptionPeriod[] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Period</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th ta="right">Price</Table.Th>
          <Table.Th>Paid how</Table.Th>
          <Table.Th ta="right">Base</Table.Th>
          <Table.Th ta="right">Bonus</Table.Th>
          <Table.Th ta="right">Backup added</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {periods.map((period) => (
          <PeriodRow key={keyOf(period)} period={period} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Periods of all plans that the account had, newest first. */
export function PeriodList({ periods }: { periods: readonly SubscriptionPeriod[] }) {
  return (
    <WideOrNarrow
      wide={<PeriodTable periods={periods} />}
      narrow={periods.map((period) => <PeriodCard key={keyOf(period)} period={period} />)}
    />
  );
}
