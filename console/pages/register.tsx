import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useSignUp } from '../api/auth.ts';
import { fieldProblem } from '../api/request.ts';
import { AuthLayout } from '../components/auth-layout.tsx';
import { EmailField } from '../components/email-field.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { emailProblem, newPasswordProblem } from '../components/form-rules.ts';
import { TextLink } from '../components/links.tsx';
import { destinationOf } from '../return-path.ts';

const route = getRouteApi('/register');

function useRegistration() {
  const signUp = useSignUp();
  const search = route.useSearch();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: (text) => (text.trim() === '' ? 'Tell us how to address you' : null),
      email: emailProblem,
      password: newPasswordProblem,
    },
  });
  const enter = () => {
    queryClient.clear();
    void navigate(destinationOf(search.return));
  };
  const register = (fields: typeof form.values) =>
    signUp.mutate({ ...fields, referralCode: search.ref }, { onSuccess: enter });
  const submit = form.onSubmit(register);
  const field = (name: 'name' | 'email' | 'password') => {
    const props = form.getInputProps(name);
    return { ...props, error: props.error ?? fieldProblem(signUp.error, name) };
  };
  const beside = ['name', 'email', 'password'].some((name) => fieldProblem(signUp.error, name));
  return { submit, field, sending: signUp.isPending, error: beside ? null : signUp.error };
}

function RegisterForm() {
  const { submit, field, sending, error } = useRegistration();
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {error && <ErrorPanel error={error} title="The account was not created" />}
        <TextInput label="Name" autoComplete="name" autoFocus maxLength={120} {...field('name')} />
        <EmailField {...field('email')} />
        <PasswordInput
          label="Password"
          description="At least 10 characters; several words make a good one"
          autoComplete="new-password"
          maxLength={128}
          {...field('password')}
        />
        <Button type="submit" loading={sending}>
          Create account
        </Button>
      </Stack>
    </form>
  );
}

export function RegisterPage() {
  const search = route.useSearch();
  return (
    <AuthLayout
      title="Create an account"
      lead={
        search.ref ? `You were invited with the code ${search.ref}.` : 'It takes a minute and costs nothing.'
      }
      footer={
        <>
          Already a customer?{' '}
          <TextLink to="/login" search={search}>
            Sign in
          </TextLink>
        </>
      }
    >
      <RegisterForm />
    </AuthLayout>
  );
}
