import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { AppContext, Next } from './context.ts';

/** Gives every request an id of our own: a caller's x-request-id could collide with another's, or carry anything. */
export function assignRequestId(logger: Logger) {
  return async (ctx: AppContext, next: Next) => {
    ctx.state.traceId = uuidv7();
    ctx.state.log = logger.child({ traceId: ctx.state.traceId });
    ctx.set('x-request-id', ctx.state.traceId);
    await next();
  };
}
