import { Center, Loader } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import styles from '../styles/route-states.module.css';
import { ErrorPanel } from './error-panel.tsx';

export function RoutePending() {
  return (
    <Center mih="50vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** A page that could not be built at all: the session could not be read, or the page itself has a fault. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main className={styles.frame}>
      <ErrorPanel error={error} title="This page could not be opened" onRetry={retry} />
    </main>
  );
}
