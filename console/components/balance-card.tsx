import { Progress, Stack, Text } from '@mantine/core';
import type { Balance } from '../../api/schemas/account.ts';
import { useMe } from '../api/account.ts';
import { useBalance } from '../api/balance.ts';
import { formatBalance, isZero, percentOf } from '../money.ts';
import { poolWords, shownPools } from '../pools.ts';
import styles from '../styles/balance.module.css';
import { formatDate } from '../time.ts';
import { QueryState } from './query-state.tsx';
import { Section } from './section.tsx';
import { CardSkeleton } from './skeletons.tsx';

type Pool = Balance['pools'][number];

function PoolBar({ balance, pools }: { balance: Balance; pools: readonly Pool[] }) {
  return (
    <Progress.Root size="sm" aria-hidden>
      {pools
        .filter(({ spendable }) => spendable)
        .map(({ pool, available_usd }) => (
          <Progress.Section
            key={pool}
            value={percentOf(available_usd, balance.available_usd)}
            color={poolWords[pool].color}
          />
        ))}
    </Progress.Root>
  );
}

/** Of a plan's pools the expiry is when they are swept, with the days of grace: the plan's page says what counts. */
function poolNote({ pool, spendable, expires_at }: Pool, timeZone: string): string {
  if (pool === 'wallet' && !spendable) return 'Not spent on calls: Pay2Go is off';
  return pool === 'voucher' && expires_at
    ? `Until ${formatDate(expires_at, timeZone)}`
    : poolWords[pool].note;
}

function PoolRow({ pool }: { pool: Pool }) {
  const { time_zone } = useMe();
  const { label, color } = poolWords[pool.pool];
  return (
    <li className={styles.pool}>
      <span
        className={styles.dot}
        style={{ background: `var(--mantine-color-${color.replace('.', '-')})` }}
      />
      <div className={styles.poolWords}>
        <Text size="sm" fw={550}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {poolNote(pool, time_zone)}
        </Text>
      </div>
      <Text size="sm" fw={600}>
        {formatBalance(pool.available_usd)}
      </Text>
    </li>
  );
}

function BalanceDetail({ balance }: { balance: Balance }) {
  const pools = shownPools(balance.pools);
  return (
    <Stack gap="md">
      <div>
        <Text className={styles.amount} data-testid="available">
          {formatBalance(balance.available_usd)}
        </Text>
        <Text size="sm" c="dimmed">
          {isZero(balance.held_usd)
            ? 'available for calls'
            : `available, and ${formatBalance(balance.held_usd)} set aside for calls that run now`}
        </Text>
      </div>
      <PoolBar balance={balance} pools={pools} />
      <ul className={styles.pools} aria-label="Where it is">
        {pools.map((pool) => (
          <PoolRow key={pool.pool} pool={pool} />
        ))}
      </ul>
    </Stack>
  );
}

export function BalanceCard() {
  const query = useBalance();
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={250} />}>
      {(balance) => (
        <Section id="balance" title="Balance">
          <BalanceDetail balance={balance} />
        </Section>
      )}
    </QueryState>
  );
}
