import { judgeStream, type Verdict } from '../billing/outcome.ts';
import type { CatalogUpstream } from '../db/catalog.ts';
import type { StreamTap } from '../providers/upstream.ts';
import { CLIENT_CLOSED } from './answer-failure.ts';
import type { Begun } from './attempts.ts';
import { type Call, settle } from './call.ts';
import { ChunkedBody } from './chunked-body.ts';
import type { ProxyDeps } from './deps.ts';
import { errorEvent, sendError } from './errors.ts';
import { failureError } from './upstream-errors.ts';
import type { ResponseReader, UpstreamResponse } from './upstream-response.ts';

// Trailing bytes after the terminator; an upstream that says more is hung up on.
const LINGER_MS = 1_000;

/** Passes a stream on as it comes. Its terminator waits until the call is settled. */
export function relayStream(deps: ProxyDeps, call: Call, begun: Begun): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const finished = (conclusion: Promise<void>) => conclusion.then(resolve, reject);
  begun.response.read(new StreamRelay(deps, call, begun, finished));
  return promise;
}

class StreamRelay implements ResponseReader {
  readonly #deps: ProxyDeps;
  readonly #call: Call;
  readonly #response: UpstreamResponse;
  readonly #upstream: CatalogUpstream;
  readonly #tap: StreamTap;
  readonly #finished: (conclusion: Promise<void>) => void;
  readonly #passOnSoon = () => this.#passOn();
  /** In this turn of the event loop. */
  #arrived: Buffer[] = [];
  #body: ChunkedBody | undefined;
  #firstByteMs: number | undefined;
  #upstreamEnded = false;
  #finishing = false;

  constructor(
    deps: ProxyDeps,
    call: Call,
    { upstream, response }: Begun,
    finished: (conclusion: Promise<void>) => void,
  ) {
    this.#deps = deps;
    this.#call = call;
    this.#response = response;
    this.#upstream = upstream;
    this.#tap = call.format.tap(call.request);
    this.#finished = finished;
    call.exchange.res.on('drain', () => response.resume());
    // Who has left reads no more, but what is billed to its end is read to its end.
    call.exchange.res.on('close', () => response.resume());
  }

  /** An upstream's chunks that came in one packet are looked at, and sent, together. */
  onData(chunk: Buffer): void {
    if (this.#arrived.push(chunk) === 1) queueMicrotask(this.#passOnSoon);
  }

  onEnd(): void {
    this.#passOn();
    this.#upstreamEnded = true;
    this.#tap.end();
    this.#finish(undefined);
  }

  onError(error: Error): void {
    this.#passOn();
    this.#upstreamEnded = true;
    this.#finish(error);
  }

  #passOn(): void {
    const [first, ...others] = this.#arrived;
    if (!first) return;
    this.#arrived = [];
    if (this.#finishing && !this.#tap.finished) return;
    this.#forward(this.#tap.push(others.length === 0 ? first : Buffer.concat([first, ...others])));
    if (this.#tap.finished) this.#finish(undefined);
  }

  #forward(pieces: Buffer[]): void {
    if (pieces.length === 0 || this.#call.exchange.left) return;
    this.#body ??= this.#sendHead();
    if (!this.#body.write(pieces)) this.#response.pause();
  }

  #sendHead(): ChunkedBody {
    const { exchange } = this.#call;
    this.#firstByteMs = exchange.elapsedMs();
    exchange.res.writeHead(200, {
      'content-type': this.#response.headers['content-type'] ?? 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-request-id': exchange.id,
    });
    return new ChunkedBody(exchange.res);
  }

  #finish(error: Error | undefined): void {
    if (this.#finishing) return;
    this.#finishing = true;
    this.#finished(this.#conclude(error));
  }

  #judge(error: Error | undefined): Verdict {
    const { format, request, exchange } = this.#call;
    const tap = this.#tap;
    const broke = error !== undefined || tap.failed || tap.incomplete;
    const cutShort = exchange.left || broke || !tap.reported;
    return judgeStream({
      reported: tap.reported,
      // Counting parses the stream: not for the many whose usage is reported.
      countedOutput: cutShort ? tap.countOutput() : 0,
      countedAudio: cutShort ? tap.countAudio() : 0,
      estimatedInput: format.estimateInput(request),
      callerLeft: exchange.left,
      delivered: this.#body !== undefined,
      reportsOutput: tap.reportsOutput,
      terminated: tap.finished,
      broke,
    });
  }

  async #conclude(error: Error | undefined): Promise<void> {
    const { exchange } = this.#call;
    const verdict = this.#judge(error);
    const failed = verdict.outcome === 'upstream_failed' || verdict.outcome === 'broken';
    if (failed) this.#noteFailure(error);
    const httpStatus = exchange.left ? CLIENT_CLOSED : failed && !exchange.res.headersSent ? 502 : 200;
    const ending = { verdict, httpStatus, upstreamId: this.#upstream.id, firstByteMs: this.#firstByteMs };
    const settled = await settle(this.#deps, this.#call, ending);
    if (!settled) exchange.res.destroy();
    else if (failed) this.#sendFailure(error);
    else this.#sendRest();
    if (!this.#upstreamEnded) this.#hangUpSoon();
  }

  #sendRest(): void {
    this.#body ??= this.#sendHead();
    this.#body.end(this.#tap.withheld);
  }

  /** As an event, when the head is already sent: clients raise it as an error. */
  #sendFailure(cause: Error | undefined): void {
    const { res, id } = this.#call.exchange;
    const error = failureError(cause);
    this.#deps.metrics.refused(error.code);
    if (!this.#body) sendError(res, error, id);
    // The upstream's own error event was passed on already.
    else if (this.#tap.failed) this.#body.end([]);
    // Nothing can be said within media: the caller sees that it was cut.
    else if (this.#call.format.isMedia) res.destroy();
    else this.#body.end([Buffer.from(errorEvent(res, { ...error, message: 'The stream broke off' }, id))]);
  }

  #hangUpSoon(): void {
    const linger = setTimeout(() => {
      if (!this.#upstreamEnded) this.#response.abort(new Error('The stream went on after its end'));
    }, LINGER_MS);
    linger.unref();
  }

  #noteFailure(err: Error | undefined): void {
    this.#deps.upstreams.health.brokeOff(this.#upstream);
    const { exchange } = this.#call;
    this.#deps.log.warn({ err, traceId: exchange.id, upstream: this.#upstream.id }, 'A stream broke off');
  }
}
