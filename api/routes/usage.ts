import { z } from 'zod';
import { explainCharge } from '../../billing/cost-breakdown.ts';
import { DomainError } from '../../billing/errors.ts';
import { ensureAccount } from '../../db/accounts.ts';
import type { Db } from '../../db/connection.ts';
import { findPrice, groupMultipliersAt } from '../../db/prices.ts';
import { type DetailedCall, findCall, listCalls } from '../../db/usage-log.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  type UsageDetail,
  usageDetail,
  usageExportQuery,
  usagePage,
  usageQuery,
  usageSummary,
  usageSummaryQuery,
} from '../schemas/usage.ts';
import { usageCsv } from '../usage-csv.ts';
import { summariseUsage } from '../usage-summary.ts';
import { callToWire, costToWire } from '../usage-wire.ts';

const tag = 'Usage';

/** The summary comes before the detail, whose path it would match. */
export function usageRoutes(deps: ApiDeps): Route[] {
  return [listRoute(deps), exportRoute(deps), summaryRoute(deps), detailRoute(deps)];
}

function listRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/usage',
    summary: 'Calls, newest first',
    tag,
    access: 'session',
    query: usageQuery,
    response: { status: 200, description: 'A page of calls', schema: usagePage },
    handler: async ({ session, query }) => {
      const { cursor, limit, model, key_id: keyId, from, to } = query;
      // One more than asked for tells whether there is another page.
      const filter = { before: cursor, model, keyId, from, to, limit: limit + 1 };
      const calls = await listCalls(db, session.accountId, filter);
      const page = calls.slice(0, limit);
      const last = calls.length > limit ? page.at(-1) : undefined;
      return { items: page.map(callToWire), next_cursor: last?.id ?? null };
    },
  });
}

function exportRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/usage.csv',
    summary: 'All calls as CSV, newest first',
    description: 'Starts at once and is written while it is read, however many calls there are.',
    tag,
    access: 'session',
    query: usageExportQuery,
    response: { status: 200, description: 'A header line and a line a call', contentType: 'text/csv' },
    handler: ({ ctx, session, query: { key_id: keyId, ...filter } }) => {
      const left = new AbortController();
      ctx.res.once('close', () => left.abort());
      const csv = usageCsv(db, session.accountId, { ...filter, keyId }, left.signal);
      // Half a file must not look like a whole one: the connection breaks.
      csv.once('error', () => ctx.res.destroy());
      ctx.attachment('usage.csv');
      ctx.set('Cache-Control', 'no-store');
      ctx.type = 'text/csv; charset=utf-8';
      ctx.body = csv;
    },
  });
}

function summaryRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/usage/summary',
    summary: 'Sums by day, model or key',
    description: 'Days are those of the account’s time zone. Without `from`: the last 30 days.',
    tag,
    access: 'session',
    query: usageSummaryQuery,
    response: { status: 200, description: 'The sums and their total', schema: usageSummary },
    handler: async ({ session: { accountId }, query }) => {
      const { timeZone } = await ensureAccount(db, accountId);
      const { key_id: keyId, group_by: groupBy, ...filter } = query;
      return summariseUsage(db, { accountId, timeZone, groupBy, keyId, ...filter });
    },
  });
}

function detailRoute({ db }: ApiDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/usage/:trace_id',
    summary: 'One call, with its charge line by line',
    tag,
    access: 'session',
    params: z.object({ trace_id: z.uuid() }),
    response: { status: 200, description: 'The call', schema: usageDetail },
    errors: ['not_found'],
    handler: async ({ session: { accountId }, params }) => {
      const call = await findCall(db, accountId, params.trace_id);
      if (!call) throw new DomainError('not_found', 'You made no such call');
      return { ...callToWire(call), cost: await costOf(db, accountId, call) };
    },
  });
}

async function costOf(db: Db, accountId: string, call: DetailedCall): Promise<UsageDetail['cost']> {
  const price = call.priceVersion === null ? undefined : await findPrice(db, call.priceVersion);
  if (!price) return null;
  const multipliers = await groupMultipliersAt(db, accountId, call.startedAt);
  const cost = explainCharge(price, call.usage, call.chargeNanos, multipliers);
  return cost ? costToWire(cost) : null;
}
