import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useSignIn } from '../api/auth.ts';
import { AuthLayout } from '../components/auth-layout.tsx';
import { EmailField } from '../components/email-field.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { emailProblem } from '../components/form-rules.ts';
import { TextLink } from '../components/links.tsx';
import { destinationOf } from '../return-path.ts';

const route = getRouteApi('/login');

function useEnter() {
  const search = route.useSearch();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return () => {
    // What an earlier account left in memory is not this one's.
    queryClient.clear();
    void navigate(destinationOf(search.return));
  };
}

function LoginForm() {
  const signIn = useSignIn();
  const enter = useEnter();
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: { email: emailProblem, password: (text) => (text === '' ? 'Write your password' : null) },
  });
  return (
    <form onSubmit={form.onSubmit((fields) => signIn.mutate(fields, { onSuccess: enter }))} noValidate>
      <Stack>
        {signIn.error && <ErrorPanel error={signIn.error} title="You are not signed in" />}
        <EmailField autoFocus {...form.getInputProps('email')} />
        <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
        <TextLink to="/forgot-password" size="sm">
          Forgot your password?
        </TextLink>
      </Stack>
    </form>
  );
}

export function LoginPage() {
  const search = route.useSearch();
  return (
    <AuthLayout
      title="Sign in"
      lead={search.return ? 'Please sign in to go on.' : 'Welcome back.'}
      footer={
        <>
          No account yet?{' '}
          <TextLink to="/register" search={search}>
            Create one
          </TextLink>
        </>
      }
    >
      <LoginForm />
    </AuthLayout>
  );
}
