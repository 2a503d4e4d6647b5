import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconMailCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { AuthLayout } from '../components/auth-layout.tsx';
import { ButtonLink } from '../components/links.tsx';

const route = getRouteApi('/verify-email');

/** The link in the mail goes to the api, which checks it and sends the browser here. */
export function VerifyEmailPage() {
  const { error } = route.useSearch();
  if (error) {
    return (
      <AuthLayout title="This link does not work">
        <Alert color="orange" role="alert" icon={<IconAlertTriangle size={20} aria-hidden />}>
          It is too old, or a part of it is missing. Sign in and ask for another one at the top of the page.
        </Alert>
        <ButtonLink to="/">Go to the console</ButtonLink>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="E-mail address confirmed">
      <Alert color="petrol" role="status" icon={<IconMailCheck size={20} aria-hidden />}>
        Thank you. Everything is open to you now.
      </Alert>
      <ButtonLink to="/">Go to the console</ButtonLink>
    </AuthLayout>
  );
}
