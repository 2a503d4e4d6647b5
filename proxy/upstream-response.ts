import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** What reads a response. Without one, chunks wait. */
export interface ResponseReader {
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/**
 * One answer of an upstream. Chunks are handed on as the socket delivers them, without a stream in between; `pause`
 * reaches the upstream's socket, so that a slow caller slows the upstream and fills no memory.
 */
export class UpstreamResponse implements Dispatcher.DispatchHandler {
  status = 0;
  headers: IncomingHttpHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #reader: ResponseReader | undefined;
  #onBegun: { resolve(): void; failed(): void } | undefined;
  /** What came before the reader: in the same turn of the event loop. */
  #early: Buffer[] = [];
  #ended = false;
  #error: Error | undefined;
  #abortReason: Error | undefined;
  readonly #onHead: (response: UpstreamResponse) => void;
  readonly #onFailed: (error: Error) => void;

  constructor(onHead: (response: UpstreamResponse) => void, onFailed: (error: Error) => void) {
    this.#onHead = onHead;
    this.#onFailed = onFailed;
  }

  /** Resolves with the first byte of the body; rejects when there will be none. */
  begun(): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = () => reject(this.#error ?? new Error('The upstream answered nothing'));
      if (this.#early.length > 0) resolve();
      else if (this.#error || this.#ended) failed();
      else this.#onBegun = { resolve, failed };
    });
  }

  /** What of the body has come before anybody read it. */
  get start(): Buffer {
    return Buffer.concat(this.#early);
  }

  read(reader: ResponseReader): void {
    this.#reader = reader;
    for (const chunk of this.#early) reader.onData(chunk);
    this.#early = [];
    if (this.#error) reader.onError(this.#error);
    else if (this.#ended) reader.onEnd();
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  /** Hangs up. The reader, if there is one, hears `onError` with this reason. */
  abort(reason: Error): void {
    this.#abortReason = reason;
    if (this.#controller) this.#controller.abort(reason);
    // Still waiting for a connection: nobody would answer until it is there.
    else this.#onFailed(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason) controller.abort(this.#abortReason);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#onHead(this);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#reader) this.#reader.onData(chunk);
    else this.#early.push(chunk);
    this.#onBegun?.resolve();
    this.#onBegun = undefined;
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#onBegun?.failed();
    this.#reader?.onEnd();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#error = error;
    if (this.status === 0) this.#onFailed(error);
    else this.#reader?.onError(error);
    this.#onBegun?.failed();
  }
}
