import { Stack } from '@mantine/core';
import type { PlanCap, SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { formatCredits } from '../../credits.ts';
import { isZero, percentOf } from '../../money.ts';
import { capFigures, capWords } from '../../plans.ts';
import { poolWords } from '../../pools.ts';
import { formatDateTime } from '../../time.ts';
import { Meter } from './meter.tsx';

type Pool = SubscriptionView['pools'][number];

const NEARLY_USED_PERCENT = 90;

function PoolMeter({ pool }: { pool: Pool }) {
  const { label, color } = poolWords[pool.pool];
  const held = isZero(pool.held_credits)
    ? undefined
    : `${formatCredits(pool.held_credits)} more set aside for calls that run now`;
  return (
    <Meter
      label={`${label} credits`}
      part={pool.left_credits}
      whole={pool.granted_credits}
      figures={`${formatCredits(pool.left_credits)} of ${formatCredits(pool.granted_credits)} left`}
      note={held}
      color={color}
    />
  );
}

export function PoolMeters({ pools }: { pools: readonly Pool[] }) {
  return (
    <Stack gap="md">
      {pools.map((pool) => (
        <PoolMeter key={pool.pool} pool={pool} />
      ))}
    </Stack>
  );
}

function CapMeter({ cap }: { cap: PlanCap }) {
  const { time_zone } = useMe();
  const near = percentOf(cap.used, cap.limit) >= NEARLY_USED_PERCENT;
  return (
    <Meter
      label={capWords[cap.cap]}
      part={cap.used}
      whole={cap.limit}
      figures={capFigures(cap)}
      note={cap.resets_at ? `Resets ${formatDateTime(cap.resets_at, time_zone)}` : undefined}
      color={near ? 'orange' : 'gray'}
    />
  );
}

export function CapMeters({ caps }: { caps: readonly PlanCap[] }) {
  return (
    <Stack gap="md">
      {caps.map((cap) => (
        <CapMeter key={cap.cap} cap={cap} />
      ))}
    </Stack>
  );
}
