import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { useCancelPlan, useResumePlan } from '../../api/plans.ts';
import { failed, told } from '../../notices.ts';
import { formatDateTime } from '../../time.ts';
import { ErrorPanel } from '../error-panel.tsx';

type Live = NonNullable<SubscriptionView['subscription']>;

export function CancelPlan({ live, planName }: { live: Live; planName: string }) {
  const { time_zone } = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  const cancel = useCancelPlan();
  const until = formatDateTime(live.period_end, time_zone);
  const confirm = () =>
    cancel.mutate(undefined, {
      onSuccess: () => {
        close();
        told('Plan cancelled', `${planName} goes on until ${until}, and is not charged again.`);
      },
    });
  return (
    <>
      <Button size="xs" variant="subtle" color="red" onClick={open}>
        Cancel plan
      </Button>
      <Modal opened={opened} onClose={close} title={`Cancel ${planName}?`}>
        <Stack>
          <Text size="sm">
            {live.status === 'past_due'
              ? 'The month that is due is not charged any more, and the plan ends.'
              : `All benefits go on until ${until}. Then your account is Free, and nothing more is charged.`}
          </Text>
          <Text size="sm">Until then you can resume it. What is in your wallet stays yours.</Text>
          {cancel.error && <ErrorPanel error={cancel.error} title="The plan was not cancelled" />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red" loading={cancel.isPending} onClick={confirm}>
              Cancel plan
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

export function useResume(planName: string) {
  const resume = useResumePlan();
  const ask = () =>
    resume.mutate(undefined, {
      onSuccess: () => told('Plan resumed', `${planName} renews again when its period ends.`),
      onError: (error) => failed('The plan was not resumed', error),
    });
  return { ask, isPending: resume.isPending };
}
