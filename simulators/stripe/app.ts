import Koa, { type Context, type Next } from 'koa';
import { apiRouter, toAnswer } from './api/router.ts';
import { controlRouter } from './control/router.ts';
import { hostedRouter } from './hosted/router.ts';
import type { Simulator } from './simulator.ts';
import { StripeError } from './stripe-error.ts';
import type { Dispatcher } from './webhooks/dispatcher.ts';

/** The API, the hosted page and the control API on one port. */
export function createApp(simulator: Simulator, dispatcher: Dispatcher): Koa {
  const app = new Koa();
  app.use(answerErrors);
  app.use(apiRouter(simulator).routes());
  app.use(hostedRouter(simulator).routes());
  app.use(controlRouter(simulator, dispatcher).routes());
  app.use((context) => {
    if (context.path === '/healthz') context.body = 'ok';
  });
  return app;
}

async function answerErrors(context: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const answer = toAnswer(error);
    context.status = answer.status;
    context.type = 'application/json';
    context.body = answer.body;
  }
}
