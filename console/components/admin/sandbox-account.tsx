import { Group, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { AccountSubscription, SandboxAccount } from '../../../api/schemas/admin-subscriptions.ts';
import { useAccountSubscription } from '../../api/support.ts';
import { TextLink } from '../links.tsx';
import { PlanName } from '../plans/current-plan.tsx';
import { PeriodList } from '../plans/period-list.tsx';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { CardSkeleton } from '../skeletons.tsx';
import { SandboxClock } from './sandbox-clock.tsx';

/** A month that is due already is tried again, not renewed. */
function nextOf({ payment_due: due, next_renewal: renewal, subscription }: AccountSubscription['state']) {
  if (due?.next_attempt_at) return { label: 'To the next try', at: due.next_attempt_at };
  if (due && subscription?.status === 'past_due')
    return { label: 'To the end of grace', at: due.benefits_until };
  return renewal && { label: 'To the next renewal', at: renewal.at };
}

function Watched({ sandbox, found }: { sandbox: SandboxAccount; found: AccountSubscription }) {
  return (
    <Stack gap="lg">
      <Section
        id="clock"
        title={sandbox.email}
        aside={
          <TextLink to="/admin/subscriptions" search={{ account: sandbox.account_id }} size="sm">
            As support sees it
          </TextLink>
        }
      >
        <Stack>
          <Group justify="space-between">
            <PlanName plan={found.state} />
            <Text size="sm" c="dimmed">
              {found.next_step ?? 'No plan: nothing falls due'}
            </Text>
          </Group>
          <SandboxClock sandbox={sandbox} next={nextOf(found.state)} />
        </Stack>
      </Section>
      <Section id="happened" title="What happened">
        {found.periods.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing yet: this account has no plan. Sign in as its customer and buy one.
          </Text>
        ) : (
          <PeriodList periods={found.periods} />
        )}
      </Section>
    </Stack>
  );
}

/** One sandbox account: its clock, and the renewals that moving it has brought about. */
export function SandboxAccountView({ sandbox }: { sandbox: SandboxAccount }) {
  const query = useAccountSubscription(sandbox.account_id, sandbox.running ? 1_000 : 10_000);
  const { refetch } = query;
  // What happened last has happened when the clock stops.
  useEffect(() => {
    if (!sandbox.running) void refetch();
  }, [sandbox.running, refetch]);
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={320} />}>
      {(found) => <Watched sandbox={sandbox} found={found} />}
    </QueryState>
  );
}
