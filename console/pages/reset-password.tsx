import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useResetPassword } from '../api/auth.ts';
import { AuthLayout } from '../components/auth-layout.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { newPasswordProblem } from '../components/form-rules.ts';
import { ButtonLink, TextLink } from '../components/links.tsx';

const route = getRouteApi('/reset-password');

function NewPasswordForm({ token }: { token: string }) {
  const reset = useResetPassword();
  const form = useForm({
    initialValues: { newPassword: '', again: '' },
    validate: {
      newPassword: newPasswordProblem,
      again: (text, fields) => (text === fields.newPassword ? null : 'The two are not the same'),
    },
  });
  if (reset.isSuccess) {
    return (
      <Stack>
        <Alert
          color="petrol"
          role="status"
          icon={<IconCheck size={20} aria-hidden />}
          title="Your password is changed"
        >
          All other sessions were signed out.
        </Alert>
        <ButtonLink to="/login">Sign in</ButtonLink>
      </Stack>
    );
  }
  return (
    <form onSubmit={form.onSubmit(({ newPassword }) => reset.mutate({ newPassword, token }))} noValidate>
      <Stack>
        {reset.error && <ErrorPanel error={reset.error} title="Your password was not changed" />}
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('newPassword')}
        />
        <PasswordInput label="The same again" autoComplete="new-password" {...form.getInputProps('again')} />
        <Button type="submit" loading={reset.isPending}>
          Change password
        </Button>
      </Stack>
    </form>
  );
}

export function ResetPasswordPage() {
  const { token } = route.useSearch();
  return (
    <AuthLayout
      title="Choose a new password"
      footer={<TextLink to="/forgot-password">Ask for another link</TextLink>}
    >
      {token ? (
        <NewPasswordForm token={token} />
      ) : (
        <Text role="alert">This link is incomplete or no longer valid. Please ask for another one.</Text>
      )}
    </AuthLayout>
  );
}
