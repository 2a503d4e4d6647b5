import Router from '@koa/router';
import type { Context, Next } from 'koa';
import { apiVersion } from '../events.ts';
import { expand } from '../expand.ts';
import type { Operation } from '../operation.ts';
import { parseParameters } from '../parameters.ts';
import type { Simulator } from '../simulator.ts';
import { StripeError } from '../stripe-error.ts';
import { authenticate } from './authenticate.ts';
import { type ApiAnswer, type ApiCall, newRequestId, readCall, toJson } from './call.ts';
import { type ApiFaults, apiError, strikeAfter, strikeBefore, takeApiFaults } from './faults.ts';
import { findAnswer, lockKey, saveAnswer } from './idempotency.ts';
import { operations } from './operations.ts';

/** Everything below `/v1`. */
export function apiRouter(simulator: Simulator): Router {
  const router = new Router();
  const inFlight = new Set<string>();
  router.use('/v1', nameRequest);
  for (const operation of operations) {
    router.register(operation.path, [operation.method], async (context: Context) => {
      authenticate(simulator.secretKey, context.get('authorization'));
      const call = await readCall(context, String(context.state.requestId));
      await answer(simulator, operation, call, context, inFlight);
    });
  }
  router.all('/v1/{*path}', (context) => {
    authenticate(simulator.secretKey, context.get('authorization'));
    const message = `Unrecognized request URL (${context.method}: ${context.path}). The simulator knows a part of Stripe's API only.`;
    throw new StripeError(404, 'invalid_request_error', message);
  });
  return router;
}

async function nameRequest(context: Context, next: Next): Promise<void> {
  context.state.requestId = newRequestId();
  context.set('request-id', context.state.requestId);
  context.set('stripe-version', context.get('stripe-version') || apiVersion);
  const key = context.get('idempotency-key');
  if (key !== '') context.set('idempotency-key', key);
  await next();
}

async function answer(
  simulator: Simulator,
  operation: Operation,
  call: ApiCall,
  context: Context,
  inFlight: Set<string>,
): Promise<void> {
  const faults = takeApiFaults(simulator, call.method, call.path);
  const unlock = lockKey(inFlight, call.idempotencyKey);
  let result: ApiAnswer;
  try {
    if (!(await strikeBefore(context, faults.before))) return;
    const saved = findAnswer(simulator.database, call);
    if (saved !== undefined) {
      context.set('idempotent-replayed', 'true');
      context.set('original-request', saved.requestId);
    }
    result = saved ?? simulator.change(() => runOnce(simulator, operation, call, faults));
  } finally {
    unlock();
  }
  if (!strikeAfter(context, faults.after)) return;
  context.status = result.status;
  context.type = 'application/json';
  context.body = result.body;
}

/** The effect and the memory of its answer, in one transaction. */
function runOnce(simulator: Simulator, operation: Operation, call: ApiCall, faults: ApiFaults): ApiAnswer {
  simulator.request = { id: call.requestId, idempotency_key: call.idempotencyKey ?? null };
  try {
    const result = run(simulator, operation, call);
    const { after } = faults;
    const forgets = after?.kind === 'error_after' && after.replay === 'error';
    saveAnswer(simulator.database, call, forgets ? toAnswer(apiError(after.status)) : result);
    return result;
  } finally {
    simulator.request = null;
  }
}

function run(simulator: Simulator, operation: Operation, call: ApiCall): ApiAnswer {
  const parameters = parseParameters(operation.parameters, call.form);
  try {
    const value = operation.run(simulator, { id: call.id, parameters });
    return { status: 200, body: toJson(expand(simulator, value, call.expand)) };
  } catch (error) {
    // A refused card is an outcome, not a mistake: what it left behind stays, and the key remembers it.
    if (error instanceof StripeError && error.status === 402) return toAnswer(error);
    throw error;
  }
}

export function toAnswer(error: StripeError): ApiAnswer {
  return { status: error.status, body: toJson(error.body) };
}
