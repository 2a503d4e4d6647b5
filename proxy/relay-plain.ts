import { judgePlain, nothing } from '../billing/outcome.ts';
import { answerFailure, CLIENT_CLOSED } from './answer-failure.ts';
import type { Begun } from './attempts.ts';
import { type Call, settle } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { readAll } from './read-all.ts';
import { failureError } from './upstream-errors.ts';

// Answers with media in them reach tens of megabytes.
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Reads the whole answer, settles, then sends it as it came. */
export async function relayPlain(deps: ProxyDeps, call: Call, { upstream, response }: Begun): Promise<void> {
  const { exchange, format, request } = call;
  const body = await readAll(response, MAX_ANSWER_BYTES).catch((err: Error) => err);
  const firstByteMs = exchange.elapsedMs();
  const answer = body instanceof Error ? undefined : format.readAnswer(body, request);
  if (body instanceof Error || !answer?.readable) {
    deps.upstreams.health.brokeOff(upstream);
    const err = body instanceof Error ? body : new Error('The answer is not one of this format');
    deps.log.warn({ err, traceId: exchange.id, upstream: upstream.id }, 'An upstream failed');
    const verdict = nothing('upstream_failed');
    return answerFailure(deps, call, { error: failureError(err), verdict, upstreamId: upstream.id });
  }
  const callerLeft = exchange.left;
  const { reported, countedOutput } = answer;
  const estimatedInput = format.estimateInput(request);
  const verdict = judgePlain({ reported, countedOutput, estimatedInput, callerLeft });
  const httpStatus = callerLeft ? CLIENT_CLOSED : response.status;
  if (!(await settle(deps, call, { verdict, httpStatus, upstreamId: upstream.id, firstByteMs }))) {
    exchange.res.destroy();
    return;
  }
  const headers = {
    'content-type': response.headers['content-type'] ?? 'application/json',
    'content-length': body.length,
    'x-request-id': exchange.id,
  };
  exchange.res.writeHead(response.status, headers).end(body);
}
