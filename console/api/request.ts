/** An answer that is not a success, or no answer at all. Its message is written for the person who reads it. */
export class ApiError extends Error {
  /** 0: nothing was answered, so what was asked may or may not have happened. */
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;
  readonly traceId: string | undefined;
  /** Sent where the same request may succeed later. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code;
    this.param = problem.param;
    this.traceId = problem.traceId;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

export interface Problem {
  code: string;
  message: string;
  param?: string | undefined;
  traceId?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;

const unreachable = {
  code: 'unreachable',
  message: 'The server could not be reached. Check your connection, then try again.',
};

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, unreachable);
  }
}

/** The message for the field that the server complains about; `undefined` where it complains about another. */
export function fieldProblem(error: unknown, param: string): string | undefined {
  if (!(error instanceof ApiError) || !error.param) return undefined;
  if (error.param !== param && !error.param.startsWith(`${param}.`)) return undefined;
  const text = error.message.replace(`${error.param}: `, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface ErrorShape {
  code?: unknown;
  message?: unknown;
  param?: unknown;
  trace_id?: unknown;
}

/** A gateway in front of the api may answer with anything, so nothing about the body is taken for granted. */
export function readProblem(status: number, body: unknown, headers: Headers): ApiError {
  const problem = (body as { error?: ErrorShape } | undefined)?.error ?? {};
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  return new ApiError(status, {
    code: text(problem.code) ?? `http_${status}`,
    message: text(problem.message) ?? `The server answered with an unexpected error (${status}).`,
    param: text(problem.param),
    traceId: text(problem.trace_id) ?? headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: Number.isNaN(retryAfter) ? undefined : retryAfter,
  });
}

/** Asks the api and returns its JSON. Throws `ApiError` for everything but a success. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  throw readProblem(response.status, body, response.headers);
}

/** "/api/usage" with the parameters that have a value. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const present = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return present.length === 0 ? path : `${path}?${new URLSearchParams(present)}`;
}
