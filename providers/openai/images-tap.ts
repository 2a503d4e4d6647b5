import type { ReportedUsage } from '../../billing/usage.ts';
import { type Fate, parseEvent, SseTap } from '../sse-tap.ts';
import type { JsonObject } from './json.ts';
import { OutputCounter } from './output-counter.ts';

const COMPLETED = Buffer.from('image_generation.completed');
const ERROR = Buffer.from('"error"');
const PARTIAL = /image_generation\.partial_image/;
const START_BYTES = 200;
// What OpenAI bills for a partial image.
const TOKENS_PER_PARTIAL_IMAGE = 100;

/** Watches images as they are drawn. The last completed one is the terminator. */
export class ImagesTap extends SseTap {
  readonly #expected: number;
  readonly #report: (event: JsonObject, completed: number) => ReportedUsage;
  #completed = 0;
  #partial = 0;

  constructor(expected: number, report: (event: JsonObject, completed: number) => ReportedUsage) {
    super(new OutputCounter(/(?!)/g));
    this.#expected = expected;
    this.#report = report;
  }

  override countOutput(): number {
    return this.#partial * TOKENS_PER_PARTIAL_IMAGE;
  }

  override end(): void {
    super.end();
    this.incomplete = !this.finished && this.#completed === 0 && this.#partial > 0;
  }

  protected concerns(data: Buffer): boolean {
    if (data.includes(COMPLETED) || data.includes(ERROR)) return true;
    this.#countPartial(data);
    return false;
  }

  protected read(payload: string): Fate {
    const event = parseEvent(payload);
    if (event?.error != null || event?.type === 'error') this.failed = true;
    if (event?.type === 'image_generation.partial_image') this.#partial += 1;
    if (event?.type !== 'image_generation.completed') return 'pass';
    this.#completed += 1;
    this.reported = this.#report(event, this.#completed);
    return this.#completed === this.#expected ? 'end' : 'pass';
  }

  protected override mayEnd(start: Buffer): boolean {
    const head = start.subarray(0, START_BYTES);
    if (head.includes(COMPLETED)) return true;
    this.#countPartial(head);
    return false;
  }

  #countPartial(data: Buffer): void {
    if (PARTIAL.test(data.toString('latin1', 0, Math.min(data.length, START_BYTES)))) this.#partial += 1;
  }
}
