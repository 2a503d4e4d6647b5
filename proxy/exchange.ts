import type { IncomingMessage, ServerResponse } from 'node:http';
import { newTraceId } from './trace-id.ts';

/** One request and its answer. Its id is the trace id everywhere: x-request-id, error bodies, the usage log. */
export class Exchange {
  readonly id = newTraceId();
  readonly startedAt = new Date();
  readonly #startedMs = performance.now();
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The caller hung up before the answer was complete. */
  left = false;
  /** Called at that moment, once. */
  onLeft: (() => void) | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.req = req;
    this.res = res;
    res.on('close', () => {
      if (res.writableFinished) return;
      this.left = true;
      this.onLeft?.();
    });
  }

  elapsedMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }
}
