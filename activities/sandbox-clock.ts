import { DomainError } from '../billing/errors.ts';
import { lockClock, moveClock } from '../db/account-clock.ts';
import { findLiveSubscription } from '../db/subscriptions.ts';
import type { ActivityDeps } from './deps.ts';

export interface MoveInput {
  accountId: string;
  /** ISO, in the account's time. */
  to: string;
  /** ISO, the clock on the wall. */
  wallNow: string;
}

export interface Moved {
  /** The account's time after the move. */
  now: string;
  /** Nothing falls due before `to`. */
  arrived: boolean;
}

export type SandboxClockActivities = ReturnType<typeof createSandboxClockActivities>;

export function createSandboxClockActivities(deps: ActivityDeps) {
  return {
    moveToNextDue: (input: MoveInput): Promise<Moved> => moveToNextDue(deps, input),
    runWhatIsDue: ({ accountId }: { accountId: string }): Promise<void> => deps.messages.runDue(accountId),
  };
}

// A subscription that waits for something falls due again and again: time goes on all the same.
const LEAST_STEP_MS = 60_000;

function moveToNextDue({ db }: ActivityDeps, { accountId, to, wallNow }: MoveInput): Promise<Moved> {
  return db.transaction(async (trx) => {
    const { sandbox, offsetMs } = await lockClock(trx, accountId);
    if (!sandbox) throw new DomainError('forbidden', 'Only the time of a sandbox account can be moved');
    const wall = Date.parse(wallNow);
    const target = Date.parse(to);
    const wakeAt = (await findLiveSubscription(trx, accountId))?.wakeAt;
    const dueAt = wakeAt ? Math.max(wakeAt.getTime() + offsetMs, wall + offsetMs + LEAST_STEP_MS) : undefined;
    const stop = dueAt !== undefined && dueAt < target ? dueAt : target;
    await moveClock(trx, accountId, stop - wall);
    const now = Math.max(stop, wall + offsetMs);
    return { now: new Date(now).toISOString(), arrived: stop === target };
  });
}
