import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import type { TopUpDetail } from '../../api/schemas/top-ups.ts';
import { useCancelTopUp, useCheckTopUp } from '../api/top-ups.ts';
import { canCancel, canCheck } from '../orders.ts';
import { ErrorPanel } from './error-panel.tsx';
import { ButtonLink } from './links.tsx';

function CheckAgain({ id }: { id: string }) {
  const check = useCheckTopUp();
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={check.isPending}
        onClick={() => check.mutate({ id })}
      >
        Check again
      </Button>
      {check.isSuccess && (
        <Text size="sm" c="dimmed" role="status">
          The provider was asked just now.
        </Text>
      )}
      {check.error && <ErrorPanel error={check.error} title="The provider could not be asked" />}
    </>
  );
}

function CancelOrder({ id }: { id: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const cancel = useCancelTopUp();
  return (
    <>
      <Button variant="subtle" color="red" onClick={open}>
        Cancel order
      </Button>
      <Modal opened={opened} onClose={close} title="Cancel this order?">
        <Stack>
          <Text size="sm">
            The payment page closes. If you have paid already, do not worry: the money is credited all the
            same.
          </Text>
          {cancel.error && <ErrorPanel error={cancel.error} title="The order could not be cancelled" />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              color="red"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(id, { onSuccess: close })}
            >
              Cancel order
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

export function OrderActions({ order }: { order: TopUpDetail }) {
  const another = ['credited', 'expired', 'cancelled', 'failed'].includes(order.status);
  const variant = order.status === 'credited' ? 'light' : 'filled';
  return (
    <>
      {another && order.kind === 'top_up' && (
        <ButtonLink to="/topup" variant={variant}>
          New top-up
        </ButtonLink>
      )}
      {another && order.kind !== 'top_up' && (
        <ButtonLink to="/plans" variant={variant}>
          Your plan
        </ButtonLink>
      )}
      {canCheck(order) && <CheckAgain id={order.id} />}
      {canCancel(order) && <CancelOrder id={order.id} />}
    </>
  );
}
