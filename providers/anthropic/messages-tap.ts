import { atLeastOutput, usageFromAnthropic } from '../../billing/usage.ts';
import { isRecord, type JsonObject } from '../openai/json.ts';
import { OutputCounter } from '../openai/output-counter.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import { withSearches } from './searches.ts';

// message_start, message_delta and message_stop; content comes in events of other names.
const MESSAGE = Buffer.from('message_');
const ERROR = Buffer.from('"error"');
const produced = /"(?:text|thinking|partial_json)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

/** Watches a stream of message events. Usage is cumulative: a later event says as much as the earlier ones or more. */
export class MessagesTap extends SseTap {
  #usage: JsonObject = {};
  #isFinal = false;

  constructor() {
    super(new OutputCounter(produced));
  }

  /** The first event counts the prompt, and a token or two of an answer that is not there yet. */
  override get reportsOutput(): boolean {
    return this.#isFinal && super.reportsOutput;
  }

  override end(): void {
    super.end();
    this.incomplete = !this.finished && !this.#isFinal;
  }

  protected concerns(data: Buffer): boolean {
    return data.includes(MESSAGE) || data.includes(ERROR);
  }

  protected read(payload: string): Fate {
    const event = parseEvent(payload);
    if (event?.type === 'message_stop') return this.#stop();
    if (event?.type === 'error') this.failed = true;
    else if (event?.type === 'message_start' && isRecord(event.message)) this.#add(event.message.usage);
    else if (event?.type === 'message_delta') {
      this.#isFinal = event.usage != null;
      this.#add(event.usage);
    }
    return 'pass';
  }

  /** The first event names a token or two: no answer's sum. */
  #stop(): Fate {
    if (this.reported && !this.#isFinal)
      this.reported = { usage: atLeastOutput(this.reported.usage, this.countOutput()), consistent: false };
    return 'end';
  }

  #add(usage: unknown): void {
    if (!isRecord(usage)) return;
    this.#usage = grown(this.#usage, usage);
    this.reported = withSearches(usageFromAnthropic(this.#usage), this.#usage) ?? this.reported;
  }
}

/** Counts never fall: some upstreams say 0 where they mean that they say nothing. */
function grown(before: JsonObject, now: JsonObject): JsonObject {
  const usage = { ...before };
  for (const [field, value] of Object.entries(now)) {
    const known = before[field];
    if (typeof value === 'number' && typeof known === 'number') usage[field] = Math.max(known, value);
    else if (isRecord(value) && isRecord(known)) usage[field] = grown(known, value);
    else if (value != null) usage[field] = value;
  }
  return usage;
}
