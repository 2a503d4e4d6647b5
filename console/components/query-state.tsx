import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ErrorPanel, messageOf } from './error-panel.tsx';

/** The part of a query's result that the three states need; single and paged queries both have it. */
export interface QueryLike<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => Promise<unknown>;
}

export interface QueryStateProps<T> {
  query: QueryLike<T>;
  skeleton: ReactNode;
  empty?: { when: (data: T) => boolean; show: ReactNode };
  children: (data: T) => ReactNode;
}

/** Loading, failed, empty, or there. What was loaded once stays visible when a later refresh fails. */
export function QueryState<T>({ query, skeleton, empty, children }: QueryStateProps<T>) {
  const retry = () => void query.refetch();
  if (query.data === undefined) {
    return query.error ? <ErrorPanel error={query.error} onRetry={retry} /> : skeleton;
  }
  const content = empty?.when(query.data) ? empty.show : children(query.data);
  if (!query.error) return content;
  return (
    <Stack gap="sm">
      <StaleNotice error={query.error} onRetry={retry} />
      {content}
    </Stack>
  );
}

function StaleNotice({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Alert color="yellow" p="xs" icon={<IconCloudOff size={18} aria-hidden />} role="status">
      <Group justify="space-between" gap="xs">
        <Text size="sm">This may be out of date. {messageOf(error)}</Text>
        <Button size="compact-xs" variant="default" onClick={onRetry}>
          Refresh
        </Button>
      </Group>
    </Alert>
  );
}
