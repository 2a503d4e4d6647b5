import { Badge, Group, Table, Text } from '@mantine/core';
import type { ApiKey } from '../../api/schemas/keys.ts';
import { useMe } from '../api/account.ts';
import { windowWords } from '../key-fields.ts';
import { type KeyState, keyState, sortKeys } from '../keys.ts';
import { formatExact } from '../money.ts';
import styles from '../styles/list.module.css';
import { formatDate, formatDateTime } from '../time.ts';
import { EditKey } from './edit-key.tsx';
import { RevokeKey } from './revoke-key.tsx';
import { WideOrNarrow } from './wide-or-narrow.tsx';

interface RowProps {
  apiKey: ApiKey;
  timeZone: string;
}

const badges: Record<KeyState, { color: string; label: string }> = {
  active: { color: 'petrol', label: 'Active' },
  expired: { color: 'orange', label: 'Expired' },
  revoked: { color: 'gray', label: 'Revoked' },
};

function StateBadge({ state }: { state: KeyState }) {
  const { color, label } = badges[state];
  return (
    <Badge color={color} tt="none" fw={600} className={styles.badge}>
      {label}
    </Badge>
  );
}

function KeyName({ apiKey }: { apiKey: ApiKey }) {
  return (
    <div>
      <Text size="sm" fw={550}>
        {apiKey.name}
      </Text>
      <Text size="xs" c="dimmed" ff="monospace">
        {apiKey.start}…
      </Text>
    </div>
  );
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function spendLimit({ spend_limit: limit }: ApiKey): string {
  return limit ? `at most ${formatExact(limit.amount_usd)} ${windowWords[limit.window]}` : 'no spend limit';
}

function KeyActions({ apiKey }: { apiKey: ApiKey }) {
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <EditKey apiKey={apiKey} />
      <RevokeKey apiKey={apiKey} />
    </Group>
  );
}

function Limits({ apiKey, timeZone }: RowProps) {
  const limits = [
    apiKey.models ? counted(apiKey.models.length, 'model') : 'all models',
    apiKey.ip_ranges ? counted(apiKey.ip_ranges.length, 'address range') : 'any address',
    spendLimit(apiKey),
    apiKey.expires_at ? `until ${formatDate(apiKey.expires_at, timeZone)}` : 'no expiry',
  ];
  const title = [...(apiKey.models ?? []), ...(apiKey.ip_ranges ?? [])].join(', ');
  return (
    <Text size="xs" c="dimmed" title={title || undefined}>
      {limits.join(' · ')}
    </Text>
  );
}

function lastUsed({ apiKey, timeZone }: RowProps): string {
  return apiKey.last_used_at ? formatDateTime(apiKey.last_used_at, timeZone) : 'Never';
}

function KeyRow({ apiKey, timeZone }: RowProps) {
  const state = keyState(apiKey, Date.now());
  return (
    <Table.Tr>
      <Table.Td>
        <KeyName apiKey={apiKey} />
      </Table.Td>
      <Table.Td>
        <StateBadge state={state} />
      </Table.Td>
      <Table.Td>
        <Limits apiKey={apiKey} timeZone={timeZone} />
      </Table.Td>
      <Table.Td className={styles.nowrap}>{lastUsed({ apiKey, timeZone })}</Table.Td>
      <Table.Td ta="right">{state !== 'revoked' && <KeyActions apiKey={apiKey} />}</Table.Td>
    </Table.Tr>
  );
}

function KeyCard({ apiKey, timeZone }: RowProps) {
  const state = keyState(apiKey, Date.now());
  return (
    <li className={styles.item}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <KeyName apiKey={apiKey} />
        <StateBadge state={state} />
      </Group>
      <Group justify="space-between" wrap="nowrap" mt={6} align="flex-end">
        <div>
          <Limits apiKey={apiKey} timeZone={timeZone} />
          <Text size="xs" c="dimmed">
            Last used: {lastUsed({ apiKey, timeZone })}
          </Text>
        </div>
        {state !== 'revoked' && <KeyActions apiKey={apiKey} />}
      </Group>
    </li>
  );
}

function KeyTable({ keys, timeZone }: { keys: readonly ApiKey[]; timeZone: string }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Limits</Table.Th>
          <Table.Th>Last used</Table.Th>
          <Table.Th aria-label="Actions" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} timeZone={timeZone} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function KeyList({ keys }: { keys: readonly ApiKey[] }) {
  const { time_zone } = useMe();
  const sorted = sortKeys(keys, Date.now());
  return (
    <WideOrNarrow
      wide={<KeyTable keys={sorted} timeZone={time_zone} />}
      narrow={sorted.map((key) => <KeyCard key={key.id} apiKey={key} timeZone={time_zone} />)}
    />
  );
}
