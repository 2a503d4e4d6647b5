import { matchesPattern } from '../fault-store.ts';
import type { StripeEvent } from '../wire.ts';

/** Whether a fault that was set for some events means this one. */
export function concerns(
  fault: { event_type: string; object?: string | undefined },
  event: StripeEvent,
): boolean {
  if (!matchesPattern(fault.event_type, event.type)) return false;
  return fault.object === undefined || fault.object === event.data.object.id;
}
