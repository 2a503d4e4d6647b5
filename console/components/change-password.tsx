import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useChangePassword } from '../api/auth.ts';
import { ErrorPanel } from './error-panel.tsx';
import { newPasswordProblem } from './form-rules.ts';

export function ChangePassword({ email }: { email: string }) {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: {
      currentPassword: (text) => (text === '' ? 'Write your present password' : null),
      newPassword: newPasswordProblem,
    },
  });
  const submit = form.onSubmit((fields) => change.mutate(fields, { onSuccess: form.reset }));
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          {...form.getInputProps('currentPassword')}
        />
        <PasswordInput
          label="New password"
          description="At least 10 characters. Your other sessions are signed out"
          autoComplete="new-password"
          {...form.getInputProps('newPassword')}
        />
        {change.error && <ErrorPanel error={change.error} title="Your password was not changed" />}
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            Change password
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {change.isSuccess ? 'Changed' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
