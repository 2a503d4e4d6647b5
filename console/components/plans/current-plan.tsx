import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { useSubscription } from '../../api/plans.ts';
import styles from '../../styles/columns.module.css';
import { formatDate, formatDateTime } from '../../time.ts';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { CardSkeleton } from '../skeletons.tsx';
import { CancelPlan } from './cancel-plan.tsx';
import { NextRenewalFacts, PaidAhead } from './next-renewal.tsx';
import { CapMeters, PoolMeters } from './plan-meters.tsx';
import { PlanNotices } from './plan-notices.tsx';

function stateBadge({ subscription: live }: SubscriptionView) {
  if (!live) return undefined;
  if (live.status === 'past_due') return { label: 'Past due', color: 'red' };
  if (live.cancelled_at) return { label: 'Cancelled', color: 'yellow' };
  return live.kind === 'pass' ? { label: 'Pass', color: 'blue' } : { label: 'Active', color: 'petrol' };
}

export function PlanName({ plan }: { plan: SubscriptionView }) {
  const badge = stateBadge(plan);
  return (
    <Group gap="sm">
      <Text fz={26} fw={640} lh={1.2} data-testid="plan-name">
        {plan.plan.name}
      </Text>
      {badge && (
        <Badge color={badge.color} tt="none" fw={600} size="lg">
          {badge.label}
        </Badge>
      )}
    </Group>
  );
}

function PeriodLine({ plan }: { plan: SubscriptionView }) {
  const { time_zone, pay2go } = useMe();
  const { subscription: live } = plan;
  if (!live) {
    return (
      <Text size="sm" c="dimmed">
        What every account has without a plan: free models. Money in your wallet lifts these limits
        {pay2go ? '.' : ', once you switch Pay2Go on in the settings.'}
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      Period {live.period_index + 1}: {formatDate(live.period_start, time_zone)} to{' '}
      {formatDate(live.period_end, time_zone)}
      {live.ends_at && live.kind === 'pass' ? `. Ends ${formatDateTime(live.ends_at, time_zone)}` : ''}
    </Text>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Title order={3}>{title}</Title>
      {children}
    </Stack>
  );
}

function PlanDetail({ plan }: { plan: SubscriptionView }) {
  const { subscription, pools, caps, next_renewal: renewal, paid_ahead: ahead } = plan;
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        <PlanName plan={plan} />
        <PeriodLine plan={plan} />
      </Stack>
      <PlanNotices plan={plan} />
      <div className={`${styles.columns} ${styles.even}`}>
        {subscription && (
          <Stack gap="lg">
            <Part title="Credits">
              <PoolMeters pools={pools} />
            </Part>
            {renewal && subscription.status !== 'past_due' && (
              <Part title="Next renewal">
                <NextRenewalFacts renewal={renewal} />
              </Part>
            )}
            {ahead.length > 0 && <PaidAhead periods={ahead} />}
          </Stack>
        )}
        <Part title="Limits">
          <CapMeters caps={caps} />
        </Part>
      </div>
    </Stack>
  );
}

function canCancel({ subscription: live, scheduled_switch }: SubscriptionView): boolean {
  return Boolean(live && !live.cancelled_at && (live.kind === 'renewing' || scheduled_switch));
}

export function CurrentPlan() {
  const query = useSubscription();
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={320} />}>
      {(plan) => (
        <Section
          id="current-plan"
          title="Your plan"
          aside={
            plan.subscription &&
            canCancel(plan) && <CancelPlan live={plan.subscription} planName={plan.plan.name} />
          }
        >
          <PlanDetail plan={plan} />
        </Section>
      )}
    </QueryState>
  );
}
