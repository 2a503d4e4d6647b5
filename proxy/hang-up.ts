import type { CatalogUpstream } from '../db/catalog.ts';
import type { Call } from './call.ts';
import type { OpenedUpstream } from './upstreams.ts';

export class CallerLeft extends Error {}
export class CallTooLong extends Error {}

/**
 * Ends a call from our side: when it runs too long, and when its caller leaves and the upstream then stops billing.
 * An upstream that would bill on is read to its end, so that what it reports can be charged.
 */
export class HangUp {
  #opened: OpenedUpstream | undefined;
  #upstream: CatalogUpstream | undefined;
  #reason: Error | undefined;
  readonly #tooLong: NodeJS.Timeout;

  constructor({ exchange, format, request }: Call, maxSeconds: number) {
    this.#tooLong = setTimeout(
      () => this.#abort(new CallTooLong('The call took too long')),
      maxSeconds * 1000,
    );
    const { plain, streamed } = format.stopsBillingOnCancel;
    if (request.streamed ? streamed : plain)
      exchange.onLeft = () => {
        if (!this.#upstream?.billsAfterCancel) this.#abort(new CallerLeft('The caller left'));
      };
  }

  /** From now on this is what is hung up on. */
  watch(opened: OpenedUpstream, upstream: CatalogUpstream): void {
    this.#opened = opened;
    this.#upstream = upstream;
    if (this.#reason) opened.abort(this.#reason);
  }

  /** No other upstream may be asked. */
  get over(): boolean {
    return this.#reason !== undefined;
  }

  done(): void {
    clearTimeout(this.#tooLong);
  }

  #abort(reason: Error): void {
    this.#reason = reason;
    this.#opened?.abort(reason);
  }
}
