import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { Session } from '../wire.ts';
import { expireSession } from './outcomes.ts';

const checkEveryMs = 500;

/** Expires sessions whose time is over, also those that ended while the simulator was down. Answers how to stop. */
export function watchExpiry(simulator: Simulator): () => void {
  const timer = setInterval(() => {
    const due = simulator.objects.openSessionsExpiredBy<Session>(nowInSeconds(simulator));
    if (due.length === 0) return;
    simulator.change(() => {
      for (const session of due) expireSession(simulator, session.id);
    });
  }, checkEveryMs);
  return () => clearInterval(timer);
}
