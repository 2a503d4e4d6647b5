import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../api/request.ts';
import { CopyValue } from './copy-value.tsx';

export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'Something went wrong on this page. Please try again.';
}

export function traceOf(error: unknown): string | undefined {
  return error instanceof ApiError ? error.traceId : undefined;
}

export interface ErrorPanelProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

/** What went wrong, how to try again, and the id to quote to support. */
export function ErrorPanel({ error, title = 'This could not be loaded', onRetry }: ErrorPanelProps) {
  const traceId = traceOf(error);
  return (
    <Alert
      color="red"
      variant="light"
      radius="lg"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      role="alert"
    >
      <Text size="sm">{messageOf(error)}</Text>
      <Group mt="sm" gap="md">
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
        {traceId && <CopyValue label="Trace id" value={traceId} />}
      </Group>
    </Alert>
  );
}
