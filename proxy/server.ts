import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '../billing/errors.ts';
import { toDomainError } from '../http/errors.ts';
import type { Activity } from './activity.ts';
import type { ProxyDeps } from './deps.ts';
import { errorBody, internalError, sendError, speaksAnthropic, wireErrorOf } from './errors.ts';
import { Exchange } from './exchange.ts';
import type { Operations } from './operations.ts';
import { findRoute } from './routes.ts';
import { KEPT_BYTES } from './socket-reads.ts';
import { newTraceId } from './trace-id.ts';

// Longer than the idle time of common load balancers, so that they and not we close a connection.
const KEEP_ALIVE_MS = 75_000;
// A body within the limit arrives in this, or its sender is not in earnest.
const REQUEST_MS = 120_000;
const HEADERS_MS = 30_000;

export function createProxyServer(deps: ProxyDeps, operations: Operations, activity: Activity): Server {
  const options = {
    highWaterMark: KEPT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    headersTimeout: HEADERS_MS,
  };
  const onRequest = (req: IncomingMessage, res: ServerResponse) => {
    if (activity.draining) res.setHeader('connection', 'close');
    if (!operations.handle(pathOf(req), req, res)) void answer(deps, activity, req, res);
  };
  const server = createServer(options, onRequest);
  // Without this, node says "100 Continue" before it is known whether the body is wanted.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    const { maxBodyBytes, maxUploadBytes } = deps.settings;
    const most = Math.max(maxBodyBytes, maxUploadBytes);
    if (Number(req.headers['content-length'] ?? 0) <= most) res.writeContinue();
    onRequest(req, res);
  });
  server.on('clientError', answerUnreadable);
  activity.watch(server);
  return server;
}

async function answer(
  deps: ProxyDeps,
  activity: Activity,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  activity.begin(req.socket);
  const exchange = new Exchange(req, res);
  // Where Anthropic's clients look for it.
  if (speaksAnthropic(req)) res.setHeader('request-id', exchange.id);
  try {
    await route(deps, exchange, req.method ?? '', pathOf(req));
  } catch (thrown) {
    const known = toDomainError(thrown);
    if (!known) deps.log.error({ err: thrown, traceId: exchange.id }, 'A request failed unexpectedly');
    const error = known ? wireErrorOf(known) : internalError();
    deps.metrics.refused(error.code);
    sendError(res, error, exchange.id);
  } finally {
    activity.end(req.socket);
  }
}

function route(deps: ProxyDeps, exchange: Exchange, method: string, path: string): Promise<void> {
  // A HEAD is a GET of which node sends no body.
  const found = findRoute(method === 'HEAD' ? 'GET' : method, path);
  if (!found) throw new DomainError('not_found', `There is nothing at ${path}`);
  if ('handler' in found) return found.handler(deps, exchange, found.rest);
  exchange.res.setHeader('allow', found.allowed.join(', '));
  // Says what is possible, and allows no page of another origin anything: API keys do not belong in browsers.
  if (method === 'OPTIONS') {
    exchange.res.writeHead(204, { 'x-request-id': exchange.id }).end();
    return Promise.resolve();
  }
  throw new DomainError('method_not_allowed', `${method} is not possible on ${path}`);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

const unreadable: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive'],
};

/** What node's strict parser refuses: not HTTP, ambiguous framing, oversized headers; and what never came to its end. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = unreadable[error.code ?? ''] ?? [
    '400 Bad Request',
    'The request is not valid HTTP',
  ];
  const traceId = newTraceId();
  const body = errorBody(wireErrorOf(new DomainError('invalid_request', message)), traceId);
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${traceId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
