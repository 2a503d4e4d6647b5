import { Group, Stack, Text } from '@mantine/core';
import type { AccountSubscription, SandboxAccount } from '../../../api/schemas/admin-subscriptions.ts';
import { useAccountSubscription } from '../../api/support.ts';
import { TextLink } from '../links.tsx';
import { PlanName } from '../plans/current-plan.tsx';
import { PeriodList } from '../plans/period-list.tsx';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { CardSkeleton } from '../skeletons.tsx';
import { SandboxClock } from './sandbox-clock.tsx';

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
          <SandboxClock sandbox={sandbox} nextRenewalAt={found.state.next_renewal?.at ?? null} />
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
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={320} />}>
      {(found) => <Watched sandbox={sandbox} found={found} />}
    </QueryState>
  );
}
