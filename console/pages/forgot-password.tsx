import { Alert, Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconMailCheck } from '@tabler/icons-react';
import { useRequestReset } from '../api/auth.ts';
import { AuthLayout } from '../components/auth-layout.tsx';
import { EmailField } from '../components/email-field.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { emailProblem } from '../components/form-rules.ts';
import { TextLink } from '../components/links.tsx';

export function ForgotPasswordPage() {
  const ask = useRequestReset();
  const form = useForm({ initialValues: { email: '' }, validate: { email: emailProblem } });
  return (
    <AuthLayout
      title="Reset your password"
      lead="We send you a link to choose a new one."
      footer={<TextLink to="/login">Back to sign in</TextLink>}
    >
      {ask.isSuccess ? (
        <Alert
          color="petrol"
          role="status"
          icon={<IconMailCheck size={20} aria-hidden />}
          title="Look into your inbox"
        >
          If there is an account for {form.values.email}, a link is on its way. It works for an hour.
        </Alert>
      ) : (
        <form onSubmit={form.onSubmit(({ email }) => ask.mutate(email))} noValidate>
          <Stack>
            {ask.error && <ErrorPanel error={ask.error} title="The mail was not sent" />}
            <EmailField autoFocus {...form.getInputProps('email')} />
            <Button type="submit" loading={ask.isPending}>
              Send the link
            </Button>
          </Stack>
        </form>
      )}
    </AuthLayout>
  );
}
