import { Badge, Group, Stack, Text } from '@mantine/core';
import type { SandboxAccount } from '../../../api/schemas/admin-subscriptions.ts';
import { useMakeSandbox } from '../../api/sandbox.ts';
import styles from '../../styles/list.module.css';
import { formatDate } from '../../time.ts';
import { ErrorPanel } from '../error-panel.tsx';
import { TextLink } from '../links.tsx';
import { AccountSearch } from './account-search.tsx';

const DAY_SECONDS = 86_400;

function ahead({ ahead_seconds: seconds }: SandboxAccount): string {
  const days = Math.round(seconds / DAY_SECONDS);
  return days === 0 ? 'as everybody’s' : `${days} day${days === 1 ? '' : 's'} ahead`;
}

export function SandboxList({ sandboxes }: { sandboxes: readonly SandboxAccount[] }) {
  return (
    <ul className={styles.list}>
      {sandboxes.map((sandbox) => (
        <li key={sandbox.account_id} className={styles.item}>
          <Group justify="space-between" wrap="nowrap">
            <TextLink
              to="/admin/sandbox"
              search={{ account: sandbox.account_id }}
              resetScroll={false}
              size="sm"
              miw={0}
              style={{ overflowWrap: 'anywhere' }}
            >
              {sandbox.email}
            </TextLink>
            {sandbox.running && (
              <Badge color="blue" tt="none" className={styles.badge}>
                Moving
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {formatDate(sandbox.now, sandbox.time_zone)}, {ahead(sandbox)} · {sandbox.plan_id ?? 'no plan'}
          </Text>
        </li>
      ))}
    </ul>
  );
}

export function MakeSandbox({ onMade }: { onMade: (accountId: string) => void }) {
  const make = useMakeSandbox();
  return (
    <Stack gap="sm">
      <AccountSearch
        label="Make an account a sandbox"
        action="Make it one"
        sending={make.isPending}
        onAccount={(account) => make.mutate(account, { onSuccess: ({ account_id }) => onMade(account_id) })}
      />
      <Text size="xs" c="dimmed">
        For good, and only where it never paid real money: its history will hold years that never were.
      </Text>
      {make.error && <ErrorPanel error={make.error} title="It was not made a sandbox" />}
    </Stack>
  );
}
