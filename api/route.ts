import type { z } from 'zod';
import type { ErrorCode } from '../billing/errors.ts';
import { DomainError } from '../billing/errors.ts';
import { readJson } from '../http/body.ts';
import type { RoutedContext } from '../http/context.ts';
import { requireRole, requireSession, type Session, type SessionReader } from '../http/session.ts';

/**
 * One route of the api: what it takes, what it answers and who may call it. The same object is mounted on the
 * router (api/app.ts) and becomes its page of /openapi.json (api/openapi.ts), so neither can lie about the other.
 *
 * A routes file exports one function of the deps that returns its routes, and api/app.ts lists it:
 *
 *     export function keyRoutes(deps: ApiDeps): Route[] {
 *       return [
 *         defineRoute({
 *           method: 'post', path: '/api/keys', summary: 'Make a key', tag: 'Keys', access: 'session',
 *           body: createKey,
 *           response: { status: 201, description: 'The key, shown this once', schema: createdKey },
 *           errors: ['email_not_verified'],
 *           handler: ({ session, body }) => createApiKey(deps, session.accountId, body),
 *         }),
 *       ];
 *     }
 *
 * Handlers throw DomainError and never catch. They may set another success status on `ctx`. A route without `body`
 * reads none: its handler can take the raw bytes with `readRawBody(ctx, limit)` of http/body.ts (webhooks).
 * A money-moving POST says `headers: idempotencyHeaders` (api/schemas/common.ts).
 */
export interface RouteDefinition<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> extends RouteFacts {
  access: A;
  params?: P;
  query?: Q;
  headers?: H;
  body?: B;
  response: Answer<R>;
  handler(call: Call<A, P, Q, H, B>): Promise<z.input<R>> | z.input<R>;
}

/** `session`: any signed-in customer. A role includes the roles above it. */
export type Access = 'public' | 'session' | 'support' | 'admin';

export interface Answer<R extends z.ZodType = z.ZodType> {
  status: number;
  description: string;
  /** Absent: the handler sets the body itself, or there is none (204). */
  schema?: R;
  /** Of a body that is not JSON. */
  contentType?: string;
}

export interface RouteFacts {
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  summary: string;
  description?: string;
  tag: string;
  /** Throws for who may not call, where neither session nor role says so. Runs before anything is read. */
  admit?(ctx: RoutedContext): void;
  /** Besides those that every route of its kind can answer. */
  errors?: ErrorCode[];
}

export interface Call<
  A extends Access,
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType,
> {
  ctx: RoutedContext;
  session: A extends 'public' ? undefined : Session;
  params: z.output<P>;
  query: z.output<Q>;
  headers: z.output<H>;
  body: z.output<B>;
}

/** A route with its types forgotten, for lists. */
export interface Route extends RouteFacts {
  access: Access;
  params?: z.ZodType;
  query?: z.ZodType;
  headers?: z.ZodType;
  body?: z.ZodType;
  response: Answer;
  run(ctx: RoutedContext): Promise<void>;
}

export function defineRoute<
  A extends Access,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  H extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodVoid,
>(definition: RouteDefinition<A, P, Q, H, B, R>): Route {
  const { handler, response, ...facts } = definition;
  const run = async (ctx: RoutedContext) => {
    definition.admit?.(ctx);
    const call = (await readCall(ctx, definition)) as Call<A, P, Q, H, B>;
    ctx.status = response.status;
    const result = await handler(call);
    // Parsing drops what the schema does not name: a row's other columns never leak.
    if (response.schema) answerJson(ctx, response.schema.parse(result));
  };
  return { ...facts, response, run };
}

function answerJson(ctx: RoutedContext, result: unknown): void {
  ctx.type = 'application/json';
  // Koa would answer a null with 204.
  ctx.body = JSON.stringify(result);
}

type Inputs = Pick<Route, 'params' | 'query' | 'headers' | 'body'>;

async function readCall(ctx: RoutedContext, inputs: Inputs) {
  return {
    ctx,
    session: ctx.state.session,
    params: inputs.params?.parse(ctx.params),
    query: inputs.query?.parse(ctx.query),
    headers: inputs.headers && parseHeaders(inputs.headers, ctx),
    body: inputs.body?.parse(await readJson(ctx)),
  };
}

function parseHeaders(schema: z.ZodType, ctx: RoutedContext): unknown {
  const parsed = schema.safeParse(ctx.headers);
  if (parsed.success) return parsed.data;
  if (parsed.error.issues[0]?.path[0] === 'idempotency-key' && !ctx.get('idempotency-key'))
    throw new DomainError(
      'idempotency_key_missing',
      'Send an Idempotency-Key header, new for each purchase',
      {
        param: 'idempotency-key',
      },
    );
  throw parsed.error;
}

/** The checks that run before a route reads anything. */
export function guardsOf(route: Route, readSession: SessionReader) {
  if (route.access === 'public') return [];
  if (route.access === 'session') return [requireSession(readSession)];
  return [requireSession(readSession), requireRole(route.access)];
}
