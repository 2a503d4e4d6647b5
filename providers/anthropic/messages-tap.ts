import { atLeastOutput, usageFromAnthropic } from '../../billing/usage.ts';
import { isRecord, type JsonObject } from '../openai/json.ts';
import { OutputCounter } from '../openai/output-counter.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import { withSearches } from './searches.ts';

// message_start, message_delta and message_stop; content comes in events of other names.
const MESSAGE = Buffer.from('message_');
const ERROR = Buffer.from('"error"');
const produced = /"(?:text|thinking|partial_json)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

/** Watches a stream of message events. Usage is cumulative: what a later event says replaces what earlier ones said. */
export class MessagesTap extends SseTap {
  #usage: JsonObject = {};
  #isFinal = false;

  constructor() {
    super(new OutputCounter(produced));
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
    for (const [field, value] of Object.entries(usage)) if (value != null) this.#usage[field] = value;
    this.reported = withSearches(usageFromAnthropic(this.#usage), this.#usage) ?? this.reported;
  }
}
