import type { UnitCounts } from '../../billing/units.ts';
import { type ReportedUsage, usageFromOpenAi } from '../../billing/usage.ts';
import { withUnits } from '../../billing/usage-shapes.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import type { CallRequest } from '../upstream.ts';
import { searchUnits } from './chat-request.ts';
import { OutputCounter, producedText } from './output-counter.ts';

const DONE = Buffer.from('[DONE]');
const USAGE = Buffer.from('"usage"');
const ERROR = Buffer.from('"error"');
const COLON = 0x3a;
const SPACE = 0x20;
const LETTER_N = 0x6e;

/** Watches a stream of completion chunks. Only events that name usage, an error or the end are looked at closely. */
export class ChatTap extends SseTap {
  readonly #stripsUsage: boolean;
  readonly #units: UnitCounts | undefined;

  constructor(request: CallRequest) {
    super(new OutputCounter(producedText));
    this.#stripsUsage = !request.wantsUsage;
    this.#units = searchUnits(request.body).units;
  }

  protected concerns(data: Buffer): boolean {
    return data.includes(DONE) || namesUsage(data) || data.includes(ERROR);
  }

  protected read(payload: string): Fate {
    if (payload === '[DONE]') return 'end';
    const chunk = parseEvent(payload);
    if (chunk?.error != null) this.failed = true;
    if (chunk?.usage == null) return 'pass';
    this.#report(usageFromOpenAi(chunk.usage));
    const bare = Array.isArray(chunk.choices) && chunk.choices.length === 0;
    return bare && this.#stripsUsage ? 'drop' : 'pass';
  }

  protected override readTail(tail: Buffer): void {
    this.#report(usageAtEnd(tail));
  }

  #report(reported: ReportedUsage | undefined): void {
    if (reported) this.reported = withUnits(reported, this.#units);
  }
}

/** Some `"usage":` that is not null. */
function namesUsage(data: Buffer): boolean {
  for (let at = data.indexOf(USAGE); at >= 0; at = data.indexOf(USAGE, at + USAGE.length)) {
    let next = at + USAGE.length;
    while (data[next] === SPACE) next++;
    if (data[next] !== COLON) continue;
    next++;
    while (data[next] === SPACE) next++;
    if (data[next] !== LETTER_N) return true;
  }
  return false;
}

function usageAtEnd(tail: Buffer): ReportedUsage | undefined {
  const text = tail.toString('utf8');
  const at = text.lastIndexOf('"usage"');
  const object = at < 0 ? undefined : /^"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(text.slice(at));
  return object?.[1] ? usageFromOpenAi(parseEvent(object[1])) : undefined;
}
