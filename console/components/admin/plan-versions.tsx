import { Table } from '@mantine/core';
import type { PlanVersionView } from '../../../api/schemas/plans.ts';
import { useMe } from '../../api/account.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance } from '../../money.ts';
import styles from '../../styles/list.module.css';
import { formatDateTime } from '../../time.ts';

const orDash = (value: string | null, format: (value: string) => string) =>
  value === null ? '–' : format(value);

const columns: { label: string; of: (version: PlanVersionView) => string }[] = [
  { label: 'Price', of: ({ price_usd }) => formatBalance(price_usd) },
  { label: 'Pass', of: ({ pass_price_usd }) => orDash(pass_price_usd, formatBalance) },
  { label: 'Base', of: ({ base_credits }) => formatCredits(base_credits) },
  { label: 'Bonus', of: ({ bonus_percent }) => `${bonus_percent}%` },
  { label: 'Backup', of: ({ backup_credits }) => formatCredits(backup_credits) },
  { label: 'Daily', of: (version) => dailyOf(version) },
  { label: 'Weekly', of: ({ weekly_cap_credits }) => orDash(weekly_cap_credits, formatCredits) },
  { label: 'Budget', of: ({ budget_usd }) => orDash(budget_usd, formatBalance) },
  { label: 'A minute', of: ({ requests_per_minute }) => String(requests_per_minute ?? '–') },
];

function dailyOf({ daily_cap_credits, daily_cap_requests }: PlanVersionView): string {
  if (daily_cap_requests !== null) return `${daily_cap_requests} requests`;
  return orDash(daily_cap_credits, formatCredits);
}

/** The terms that a plan came with hold from the beginning of time. */
function since({ effective_from: from }: PlanVersionView, timeZone: string): string {
  return Date.parse(from) === 0 ? 'The beginning' : formatDateTime(from, timeZone);
}

/** What the terms were, the newest first. */
export function PlanVersions({ versions }: { versions: readonly PlanVersionView[] }) {
  const { time_zone } = useMe();
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>From</Table.Th>
            {columns.map(({ label }) => (
              <Table.Th key={label} ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((version) => (
            <Table.Tr key={version.version}>
              <Table.Td>{version.version}</Table.Td>
              <Table.Td className={styles.nowrap}>{since(version, time_zone)}</Table.Td>
              {columns.map(({ label, of }) => (
                <Table.Td key={label} ta="right">
                  {of(version)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
