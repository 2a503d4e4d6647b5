import { newId } from './ids.ts';
import { nowInSeconds, type Simulator } from './simulator.ts';
import { enqueue } from './webhooks/queue.ts';
import type { StripeEvent, StripeObject } from './wire.ts';

/** The version that the installed SDK pins. A real endpoint has its own, which may differ. */
export const apiVersion = '2026-10-28.endive';

/** Notes that something happened and puts its webhook on the way. */
export function recordEvent(
  simulator: Simulator,
  type: string,
  object: StripeObject,
  previous?: object,
): StripeEvent {
  const event: StripeEvent = {
    id: newId('evt'),
    object: 'event',
    api_version: apiVersion,
    created: nowInSeconds(simulator),
    data: previous === undefined ? { object } : { object, previous_attributes: previous },
    livemode: false,
    pending_webhooks: simulator.webhook === undefined ? 0 : 1,
    request: simulator.request ?? { id: null, idempotency_key: null },
    type,
  };
  simulator.objects.insert(event);
  enqueue(simulator, event);
  return event;
}
