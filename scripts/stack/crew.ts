import type { GuardedProcess } from './guarded-process.ts';
import { rememberProcesses } from './leftovers.ts';
import { keepRunning, type Service } from './service.ts';

export interface Crew {
  /** Starts a part and keeps it running. */
  add(name: string, title: string, start: () => Promise<GuardedProcess>): Promise<void>;
  pids(): Record<string, number>;
  /** Group after group; within a group at once. Parts that never started are skipped. */
  stop(order: string[][]): Promise<void>;
}

/** All processes of a stack, and the notes about them that the next start needs after a SIGKILL. */
export function gatherCrew(stateFolder: string, say: (line: string) => void, changed: () => void): Crew {
  const services = new Map<string, Service>();
  const running = new Map<string, GuardedProcess>();
  let stopped = false;
  return {
    add: async (name, title, start) => {
      const onStarted = (started: GuardedProcess) => {
        running.set(name, started);
        rememberProcesses(stateFolder, running);
        changed();
      };
      const service = await keepRunning({ title, start, say, onStarted });
      services.set(name, service);
      // Ctrl-C came while it started.
      if (stopped) await service.stop();
    },
    pids: () => Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])),
    stop: async (order) => {
      stopped = true;
      for (const group of order) await Promise.all(group.map((name) => services.get(name)?.stop()));
    },
  };
}
