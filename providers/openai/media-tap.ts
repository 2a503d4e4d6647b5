import type { ReportedUsage } from '../../billing/usage.ts';
import type { StreamTap } from '../upstream.ts';

/** Passes media on. There is no terminator in it: the newest piece waits until a newer one comes, or the end. */
export class MediaTap implements StreamTap {
  finished = false;
  readonly failed = false;
  readonly incomplete = false;
  /** Known before the call; due once something is passed on. */
  reported: ReportedUsage | undefined;
  readonly withheld: Buffer[] = [];
  readonly #usage: ReportedUsage;
  #newest: Buffer | undefined;

  constructor(usage: ReportedUsage) {
    this.#usage = usage;
  }

  push(chunk: Buffer): Buffer[] {
    const before = this.#newest;
    this.#newest = chunk;
    if (!before) return [];
    this.reported = this.#usage;
    return [before];
  }

  end(): void {
    if (!this.#newest) return;
    this.reported = this.#usage;
    this.withheld.push(this.#newest);
    this.finished = true;
  }

  get reportsOutput(): boolean {
    return this.reported !== undefined;
  }

  countOutput(): number {
    return 0;
  }

  countAudio(): number {
    return 0;
  }
}
