import { Alert, Button, Group, Text } from '@mantine/core';
import { IconArrowsExchange, IconCalendarX, IconClockPlay } from '@tabler/icons-react';
import type { SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { useKeepPlan } from '../../api/plans.ts';
import { failed, told } from '../../notices.ts';
import { formatDateTime, formatPrecise } from '../../time.ts';
import { useResume } from './cancel-plan.tsx';
import { PaymentDue } from './payment-due.tsx';

type Live = NonNullable<SubscriptionView['subscription']>;

function Cancelled({ live, planName }: { live: Live; planName: string }) {
  const { time_zone } = useMe();
  const resume = useResume(planName);
  return (
    <Alert color="yellow" icon={<IconCalendarX size={20} aria-hidden />} title="This plan is cancelled">
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          All benefits go on until {formatDateTime(live.period_end, time_zone)}. Then your account is Free.
        </Text>
        <Button size="xs" loading={resume.isPending} onClick={resume.ask}>
          Resume
        </Button>
      </Group>
    </Alert>
  );
}

type Scheduled = NonNullable<SubscriptionView['scheduled_switch']>;

function PlannedSwitch({ planned, planName }: { planned: Scheduled; planName: string }) {
  const { time_zone } = useMe();
  const keep = useKeepPlan();
  const undo = () =>
    keep.mutate(undefined, {
      onSuccess: () => told('Switch undone', `${planName} goes on as it is.`),
      onError: (error) => failed('The switch was not undone', error),
    });
  return (
    <Alert
      color="blue"
      icon={<IconArrowsExchange size={20} aria-hidden />}
      title={`${planned.plan_name} begins ${formatDateTime(planned.at, time_zone)}`}
      data-testid="planned-switch"
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm">Until then {planName} goes on, with everything that is left of it.</Text>
        <Button size="xs" variant="default" loading={keep.isPending} onClick={undo}>
          Undo
        </Button>
      </Group>
    </Alert>
  );
}

function SandboxTime({ now }: { now: string }) {
  const { time_zone } = useMe();
  return (
    <Alert color="gray" p="sm" icon={<IconClockPlay size={20} aria-hidden />}>
      <Text size="sm">
        A sandbox account: its own time is {formatPrecise(now, time_zone)}, and an admin can move it on.
      </Text>
    </Alert>
  );
}

/** What the customer has to know before anything else about the plan. */
export function PlanNotices({ plan }: { plan: SubscriptionView }) {
  const { subscription: live, payment_due: due, scheduled_switch: planned, sandbox } = plan;
  return (
    <>
      {sandbox && <SandboxTime now={sandbox.now} />}
      {due && <PaymentDue due={due} plan={plan} />}
      {live?.cancelled_at && <Cancelled live={live} planName={plan.plan.name} />}
      {planned && <PlannedSwitch planned={planned} planName={plan.plan.name} />}
    </>
  );
}
