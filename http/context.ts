import type { RouterContext } from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { Logger } from 'pino';
import type { Session } from './session.ts';

/** What the shared parts put on `ctx.state`. */
export interface AppState {
  /** Ours, made per request: the answer's x-request-id, in error bodies and in every log line. */
  traceId: string;
  log: Logger;
  session?: Session;
}

export type AppContext = ParameterizedContext<AppState>;
export type RoutedContext = RouterContext<AppState>;
export type Next = () => Promise<unknown>;
