import { DomainError } from '../billing/errors.ts';
import { formatUsd } from '../billing/money.ts';
import type { ProxyDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { identify } from './identify.ts';

const DAY_MS = 86_400_000;
// As far back as clients of this kind look, to subtract what was used from the limit.
const WINDOW_DAYS = 100;
const CENTS_PER_USD = 100n;

/**
 * What existing clients read as the limit of a key: what is there and what was paid in the window, so that limit minus
 * usage is the balance.
 */
export async function showSubscription(deps: ProxyDeps, exchange: Exchange): Promise<void> {
  const { key } = await identify(deps, exchange);
  const { from, to } = windowUntil(new Date());
  const [balance, paid] = await Promise.all([
    deps.statements.spendable(key.accountId),
    deps.statements.paid(key.accountId, from, to),
  ]);
  const limit = formatUsd(balance + paid);
  const until = key.expiresAtMs === undefined ? 0 : Math.floor(key.expiresAtMs / 1000);
  sendText(
    exchange,
    `{"object":"billing_subscription","has_payment_method":true,"soft_limit_usd":${limit},"hard_limit_usd":${limit},` +
      `"system_hard_limit_usd":${limit},"access_until":${until}}`,
  );
}

/** What was paid from `start_date` until before `end_date` (UTC), in cents; without dates in the window. */
export async function showUsage(deps: ProxyDeps, exchange: Exchange): Promise<void> {
  const { key } = await identify(deps, exchange);
  const query = new URL(exchange.req.url ?? '/', 'http://proxy').searchParams;
  const usual = windowUntil(new Date());
  const from = dayOf(query, 'start_date') ?? usual.from;
  const to = dayOf(query, 'end_date') ?? usual.to;
  if (from > to)
    throw new DomainError('invalid_request', 'start_date is after end_date', { param: 'start_date' });
  const paid = await deps.statements.paid(key.accountId, from, to);
  sendText(exchange, `{"object":"list","total_usage":${formatUsd(paid * CENTS_PER_USD)}}`);
}

/** Whole days: the dates that clients send are whole days too. */
function windowUntil(now: Date): { from: Date; to: Date } {
  const tomorrow = Math.floor(now.getTime() / DAY_MS) * DAY_MS + DAY_MS;
  return { from: new Date(tomorrow - WINDOW_DAYS * DAY_MS), to: new Date(tomorrow) };
}

function dayOf(query: URLSearchParams, name: string): Date | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (day && !Number.isNaN(day.getTime())) return day;
  throw new DomainError('invalid_request', `${name} must be a date such as 2026-01-31`, { param: name });
}

/** Written by hand: these clients want numbers, and money is never a float here. */
function sendText({ res, id }: Exchange, body: string): void {
  res
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': id,
    })
    .end(body);
}
