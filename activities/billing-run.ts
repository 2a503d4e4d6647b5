import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import { listDueSubscriptions } from '../db/subscriptions.ts';
import type { ActivityDeps } from './deps.ts';

export interface Cursor {
  wakeAt: string;
  id: string;
}

export interface DuePageInput {
  asOf: string;
  accountId?: string | undefined;
  after?: Cursor | undefined;
}

export interface WokenPage {
  woken: number;
  /** Absent: it was the last page. */
  after?: Cursor;
}

const PAGE = 2_000;

export type BillingRunActivities = ReturnType<typeof createBillingRunActivities>;

export function createBillingRunActivities(deps: ActivityDeps) {
  return { wakeDuePage: (input: DuePageInput): Promise<WokenPage> => wakeDuePage(deps, input) };
}

interface Progress {
  woken: number;
  after: Cursor | undefined;
}

/** A second's worth at a time: providers and Temporal see a steady rate, however many are due. */
async function wakeDuePage(deps: ActivityDeps, { asOf, accountId, after }: DuePageInput): Promise<WokenPage> {
  const context = Context.current();
  let { woken, after: cursor }: Progress = context.info.heartbeatDetails ?? { woken: 0, after };
  const limit = pLimit(20);
  while (woken < PAGE) {
    const secondIsOver = sleep(1_000, undefined, { signal: context.cancellationSignal });
    const due = await listDueSubscriptions(deps.db, {
      asOf: new Date(asOf),
      limit: deps.wakesPerSecond,
      after: cursor,
      accountId,
    });
    const last = due.at(-1);
    await Promise.all(due.map((one) => limit(() => deps.messages.wake(one.accountId))));
    woken += due.length;
    if (!last || due.length < deps.wakesPerSecond) {
      secondIsOver.catch(() => undefined);
      return { woken };
    }
    cursor = { wakeAt: last.wakeAt.toISOString(), id: last.id };
    context.heartbeat({ woken, after: cursor } satisfies Progress);
    await secondIsOver;
  }
  return cursor ? { woken, after: cursor } : { woken };
}
