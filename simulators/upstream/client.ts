import { controlCaller } from '../control-client.ts';
import type { BehaviourInput, NextInput, SeenRequest } from './control.ts';
import type { Stats } from './records.ts';

export type UpstreamControl = ReturnType<typeof upstreamControl>;

/** The control API of a running upstream, in this process or another. */
export function upstreamControl(url: string) {
  const call = controlCaller(url);
  return {
    /** How all answers are from now on, where a request does not say otherwise. */
    always: (simulate: BehaviourInput) => call<object>('PUT', '/defaults', simulate),
    /** How the next answers are, or the next ones for a model or path. */
    next: (simulate: BehaviourInput, only: Omit<NextInput, 'simulate'> = {}) =>
      call<{ waiting: number }>('POST', '/next', { simulate, ...only }),
    stats: () => call<Stats>('GET', '/stats'),
    /** The latest requests with what they carried, oldest first. */
    requests: () => call<SeenRequest[]>('GET', '/requests'),
    reset: () => call<object>('POST', '/reset'),
  };
}
