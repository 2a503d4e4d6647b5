import { nothing } from '../billing/outcome.ts';
import { answerFailure } from './answer-failure.ts';
import { askUpstreams, type Begun } from './attempts.ts';
import type { Call } from './call.ts';
import type { ProxyDeps } from './deps.ts';
import { internalError } from './errors.ts';
import { HangUp } from './hang-up.ts';
import { relayPlain } from './relay-plain.ts';
import { relayStream } from './relay-stream.ts';

/** Everything after the hold. Whatever happens, the call is settled once, before the last byte is sent. */
export async function relay(deps: ProxyDeps, call: Call): Promise<void> {
  const hangUp = new HangUp(call, deps.settings.callMaxSeconds);
  try {
    const begun = await askUpstreams(deps, call, hangUp);
    if ('error' in begun) await answerFailure(deps, call, begun);
    else if (call.request.streamed && !isJson(begun)) await relayStream(deps, call, begun);
    else await relayPlain(deps, call, begun);
  } catch (err) {
    // A fault of ours. The hold is released; had the call been settled already, this changes nothing.
    deps.log.error({ err, traceId: call.exchange.id }, 'A call failed unexpectedly');
    await answerFailure(deps, call, {
      error: internalError(),
      verdict: nothing('upstream_failed'),
      upstreamId: undefined,
    });
  } finally {
    hangUp.done();
  }
}

/** Some upstreams answer as if no stream had been asked for, and some models cannot stream. */
function isJson({ response }: Begun): boolean {
  return /^application\/json\b/i.test(response.headers['content-type'] ?? '');
}
