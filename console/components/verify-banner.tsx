import { Alert, Button, Group, Text } from '@mantine/core';
import { IconMailExclamation } from '@tabler/icons-react';
import { useMe } from '../api/account.ts';
import { useSendVerification } from '../api/auth.ts';
import { messageOf } from './error-panel.tsx';

export function VerifyBanner() {
  const me = useMe();
  if (me.email_verified) return null;
  return (
    <Alert color="yellow" radius="lg" mb="lg" p="sm" icon={<IconMailExclamation size={20} aria-hidden />}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          Please confirm your e-mail address: open the link that we sent to <strong>{me.email}</strong>.
        </Text>
        <ResendLink email={me.email} />
      </Group>
    </Alert>
  );
}

export function ResendLink({ email }: { email: string }) {
  const send = useSendVerification();
  if (send.isSuccess) {
    return (
      <Text size="sm" role="status" fw={550}>
        Sent. Look into your inbox.
      </Text>
    );
  }
  return (
    <Group gap="xs">
      {send.error && (
        <Text size="sm" c="red" role="alert">
          {messageOf(send.error)}
        </Text>
      )}
      <Button size="xs" variant="default" loading={send.isPending} onClick={() => send.mutate(email)}>
        Send it again
      </Button>
    </Group>
  );
}
