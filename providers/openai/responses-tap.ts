import type { ReportedUsage } from '../../billing/usage.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import { isRecord, type JsonObject } from './json.ts';
import { OutputCounter } from './output-counter.ts';

const ends = ['response.completed', 'response.incomplete', 'response.failed'].map((type) =>
  Buffer.from(type),
);
const ERROR = Buffer.from('"error"');
const START_BYTES = 200;
// Text, reasoning and arguments come as deltas, and then once more as a whole.
const delta = /"delta"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

/** Watches a stream of response events. */
export class ResponsesTap extends SseTap {
  readonly #report: (response: JsonObject) => ReportedUsage | undefined;

  constructor(report: (response: JsonObject) => ReportedUsage | undefined) {
    super(new OutputCounter(delta));
    this.#report = report;
  }

  protected concerns(data: Buffer): boolean {
    return ends.some((type) => data.includes(type)) || data.includes(ERROR);
  }

  protected read(payload: string): Fate {
    const event = parseEvent(payload);
    if (event?.type === 'error' || event?.error != null) this.failed = true;
    const response = isRecord(event?.response) ? event.response : undefined;
    if (!response) return 'pass';
    if (event?.type === 'response.failed') {
      this.failed = true;
      this.reported = this.#report(response);
    }
    if (event?.type !== 'response.completed' && event?.type !== 'response.incomplete') return 'pass';
    this.reported = this.#report(response);
    return 'end';
  }

  protected override mayEnd(start: Buffer): boolean {
    const head = start.subarray(0, START_BYTES);
    return ends.some((type) => head.includes(type));
  }
}
