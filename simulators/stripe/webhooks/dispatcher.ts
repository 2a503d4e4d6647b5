import type { Simulator } from '../simulator.ts';
import type { StripeEvent } from '../wire.ts';
import { claimDue, finishDelivery, nextDueAt, type QueuedDelivery, retryDelivery } from './queue.ts';
import { sendEvent } from './send.ts';

/** Three days in all, like Stripe's live mode; the first ones are quick, for people who watch. */
const backOffSeconds = [2, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 86_400];
const parallel = 64;
/** setTimeout cannot wait longer than 24 days; a minute also notices a clock that was moved. */
const longestSleepMs = 60_000;

export interface Dispatcher {
  /** Looks for what is due now. Cheap, and safe to call at any time. */
  wake(): void;
  /** Sends an event again, `times` at once, and answers each status. No attempt is repeated. */
  redeliver(eventId: string, times: number): Promise<(number | null)[]>;
  close(): Promise<void>;
}

/** Delivers what is queued, again and again until the receiver accepts it or three days have passed. */
export function startDispatcher(simulator: Simulator): Dispatcher {
  const running = new Set<Promise<unknown>>();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    const { database } = simulator;
    for (const item of claimDue(database, simulator.now(), Math.max(0, parallel - running.size))) {
      const sending = deliver(simulator, item, stop.signal);
      running.add(sending);
      void sending.finally(() => {
        running.delete(sending);
        wake();
      });
    }
    const next = running.size < parallel ? nextDueAt(database) : undefined;
    if (next === undefined) return;
    timer = setTimeout(wake, Math.min(Math.max(next - simulator.now(), 1), longestSleepMs));
  }

  return {
    wake,
    async redeliver(eventId, times) {
      const event = simulator.objects.get<StripeEvent>('event', eventId);
      const sending = Promise.all(
        Array.from({ length: times }, () => sendEvent(simulator, event, 1, stop.signal)),
      );
      running.add(sending);
      return sending.finally(() => running.delete(sending));
    },
    async close() {
      stop.abort();
      clearTimeout(timer);
      await Promise.all(running);
    },
  };
}

async function deliver(simulator: Simulator, item: QueuedDelivery, signal: AbortSignal): Promise<void> {
  const { database, objects } = simulator;
  const event = objects.get<StripeEvent>('event', item.eventId);
  const status = await sendEvent(simulator, event, item.attempt, signal);
  // Cut off by the simulator's own end: still queued, so the next start sends it again.
  if (signal.aborted) return;
  const wait = backOffSeconds[item.attempt - 1];
  const accepted = status !== null && status >= 200 && status < 300;
  if (accepted || wait === undefined) finishDelivery(database, item.id);
  else retryDelivery(database, item, simulator.now() + wait * 1000 * simulator.timeScale);
}
