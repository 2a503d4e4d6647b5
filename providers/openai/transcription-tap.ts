import { unitsUsed, usageFromTranscription } from '../../billing/usage-shapes.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import { secondsHeard } from './heard.ts';
import { OutputCounter } from './output-counter.ts';

const DONE = Buffer.from('transcript.text.done');
const ERROR = Buffer.from('"error"');

/** Watches text as it is heard. Its last event carries the usage and all of the text. */
export class TranscriptionTap extends SseTap {
  constructor() {
    super(new OutputCounter(/"delta"\s*:\s*"((?:[^"\\]|\\.)+)"/g));
  }

  protected concerns(data: Buffer): boolean {
    return data.includes(DONE) || data.includes(ERROR);
  }

  protected read(payload: string): Fate {
    const event = parseEvent(payload);
    if (event?.error != null || event?.type === 'error') this.failed = true;
    if (event?.type !== 'transcript.text.done') return 'pass';
    const text = typeof event.text === 'string' ? event.text : '';
    this.reported = usageFromTranscription(event.usage) ?? {
      usage: unitsUsed({ second: secondsHeard(text) }),
      consistent: false,
    };
    return 'end';
  }

  protected override mayEnd(start: Buffer): boolean {
    return start.subarray(0, 200).includes(DONE);
  }
}
