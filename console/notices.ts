import { notifications } from '@mantine/notifications';
import { ApiError } from './api/request.ts';

/** Short notes in the corner, for what no part of the page shows by itself. */
export function told(title: string, message: string): void {
  notifications.show({ title, message, color: 'petrol' });
}

export function failed(title: string, error: unknown): void {
  const known = error instanceof ApiError;
  const trace = known && error.traceId ? ` (trace id ${error.traceId})` : '';
  const message = known ? `${error.message}${trace}` : 'Please try again.';
  notifications.show({ title, message, color: 'red', autoClose: 10_000 });
}
