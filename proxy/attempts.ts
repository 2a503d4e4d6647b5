import { DomainError } from '../billing/errors.ts';
import { nothing, type Verdict } from '../billing/outcome.ts';
import type { CatalogUpstream } from '../db/catalog.ts';
import { opensWithError, readRefusal, type UpstreamRefusal } from '../providers/openai/errors.ts';
import type { Call } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { type WireError, wireErrorOf } from './errors.ts';
import type { HangUp } from './hang-up.ts';
import { upstreamsInOrder } from './models.ts';
import { readAll } from './read-all.ts';
import { failureError, nobodyServes, refusalError } from './upstream-errors.ts';
import type { AttemptEnd } from './upstream-health.ts';
import type { UpstreamResponse } from './upstream-response.ts';

/** An upstream has begun to answer. */
export interface Begun {
  upstream: CatalogUpstream;
  response: UpstreamResponse;
}

/** None did. */
export interface Failure {
  error: WireError;
  verdict: Verdict;
  upstreamId: string | undefined;
}

const MAX_ERROR_BYTES = 64 * 1024;

/** Asks the model's upstreams in their order until one begins to answer, or says that the request is wrong. */
export async function askUpstreams(deps: ProxyDeps, call: Call, hangUp: HangUp): Promise<Begun | Failure> {
  let last: Failure | undefined;
  const speaking = upstreamsInOrder(call.model).filter(({ kind }) => kind === call.format.kind);
  for (const upstream of deps.upstreams.health.worthAsking(speaking)) {
    if (call.exchange.left || hangUp.over) break;
    const attempt = await askOne(deps, call, hangUp, upstream);
    if ('response' in attempt || attempt.verdict.outcome === 'refused') return attempt;
    last = attempt;
  }
  last ??= { error: nobodyServes(), verdict: nothing('upstream_failed'), upstreamId: undefined };
  return call.exchange.left ? { ...last, verdict: nothing('caller_left') } : last;
}

async function askOne(
  deps: ProxyDeps,
  call: Call,
  hangUp: HangUp,
  upstream: CatalogUpstream,
): Promise<Begun | Failure> {
  const attempt = deps.upstreams.health.begin(upstream);
  try {
    const written = writeRequest(call, upstream);
    const request = typeof written === 'string' ? written : await written;
    const opened = deps.upstreams.open(upstream, call.format, call.request, request);
    hangUp.watch(opened, upstream);
    const response = await opened.head;
    if (response.status >= 200 && response.status < 300) {
      assertReadable(response);
      // Until then another upstream can still answer in its place.
      if (call.request.streamed) await begun(response);
      attempt.ended({ kind: 'answered' });
      return { upstream, response };
    }
    const body = await readAll(response, MAX_ERROR_BYTES);
    const refusal = readRefusal(response.status, body, response.headers['retry-after']);
    attempt.ended(endOf(refusal));
    return refused(deps, call, upstream, response.status, refusal);
  } catch (err) {
    const ours = call.exchange.left || err instanceof DomainError;
    attempt.ended({ kind: ours ? 'abandoned' : 'failed' });
    if (err instanceof DomainError)
      return { error: wireErrorOf(err), verdict: nothing('refused'), upstreamId: undefined };
    if (!call.exchange.left) logFailure(deps, call, upstream, { err });
    return { error: failureError(err), verdict: nothing('upstream_failed'), upstreamId: upstream.id };
  }
}

/** Its first byte is here, and it is not an error: the next upstream may do better. */
async function begun(response: UpstreamResponse): Promise<void> {
  await response.begun();
  if (!opensWithError(response.start)) return;
  const error = new Error('The stream began with an error');
  response.abort(error);
  throw error;
}

/** The tap reads the bytes as they are. */
function assertReadable(response: UpstreamResponse): void {
  const encoding = response.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  const error = new Error(`The upstream compresses (${encoding}), although it was asked not to`);
  response.abort(error);
  throw error;
}

function writeRequest({ format, request, loweredLimit }: Call, upstream: CatalogUpstream) {
  const { model, maxTokensField } = upstream;
  return format.writeRequest(request, { model, outputLimit: loweredLimit, maxTokensField });
}

function refused(
  deps: ProxyDeps,
  call: Call,
  upstream: CatalogUpstream,
  status: number,
  refusal: UpstreamRefusal,
): Failure {
  const callersFault = refusal.kind === 'invalid';
  if (!callersFault) logFailure(deps, call, upstream, { status });
  return {
    error: refusalError(refusal),
    verdict: nothing(callersFault ? 'refused' : 'upstream_failed'),
    upstreamId: upstream.id,
  };
}

/** What a refusal says of the upstream's health: one that finds a request wrong is well. */
function endOf(refusal: UpstreamRefusal): AttemptEnd {
  if (refusal.kind === 'invalid') return { kind: 'answered' };
  const seconds = refusal.kind === 'busy' ? refusal.retryAfterSeconds : undefined;
  return seconds ? { kind: 'cooling', seconds } : { kind: 'failed' };
}

function logFailure(deps: ProxyDeps, { exchange }: Call, { id }: CatalogUpstream, detail: object): void {
  deps.log.warn({ traceId: exchange.id, upstream: id, ...detail }, 'An upstream failed');
}
