import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ApiKey } from '../../api/schemas/keys.ts';
import { useRevokeKey } from '../api/keys.ts';
import { told } from '../notices.ts';
import { ErrorPanel } from './error-panel.tsx';

export function RevokeKey({ apiKey }: { apiKey: ApiKey }) {
  const [opened, { open, close }] = useDisclosure(false);
  const revoke = useRevokeKey();
  const confirm = () =>
    revoke.mutate(apiKey.id, {
      onSuccess: () => {
        close();
        told('Key revoked', `“${apiKey.name}” no longer works.`);
      },
    });
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        flex="none"
        aria-label={`Revoke ${apiKey.name}`}
        onClick={open}
      >
        Revoke
      </Button>
      <Modal opened={opened} onClose={close} title={`Revoke “${apiKey.name}”?`} ta="left">
        <Stack>
          <Text size="sm">Calls with this key are refused from now on. This cannot be undone.</Text>
          {revoke.error && <ErrorPanel error={revoke.error} title="The key could not be revoked" />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red" loading={revoke.isPending} onClick={confirm}>
              Revoke key
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
