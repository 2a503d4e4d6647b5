import { DateTime } from 'luxon';
import { DomainError } from '../billing/errors.ts';
import type { Db } from '../db/connection.ts';
import type { CallFilter } from '../db/usage-log.ts';
import { sumUsage, type UsageGrouping, type UsageSum } from '../db/usage-summary.ts';
import type { UsageSummary } from './schemas/usage.ts';
import { sumToWire } from './usage-wire.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;

export interface SummaryRequest extends CallFilter {
  accountId: string;
  timeZone: string;
  groupBy: UsageGrouping;
}

/** Sums for charts. Without `from` the last 30 days of the account's time zone, today included. */
export async function summariseUsage(db: Db, request: SummaryRequest): Promise<UsageSummary> {
  const { accountId, timeZone, groupBy, model, keyId } = request;
  const zone = { zone: timeZone };
  const to = request.to ? DateTime.fromISO(request.to, zone) : DateTime.now().setZone(timeZone);
  const from = request.from
    ? DateTime.fromISO(request.from, zone)
    : to.startOf('day').minus({ days: DEFAULT_DAYS - 1 });
  const span = { from: from.toUTC().toISO() ?? '', to: to.toUTC().toISO() ?? '' };
  if (to.diff(from, 'days').days > MAX_DAYS)
    throw new DomainError('invalid_request', `from: Ask for at most ${MAX_DAYS} days at once`, {
      param: 'from',
    });
  const rows = await sumUsage(db, accountId, { ...span, model, keyId, timeZone, groupBy });
  const sums = rows.filter(({ name }) => name !== null);
  const items = groupBy === 'day' ? withEmptyDays(sums, from, to) : sums;
  return {
    time_zone: timeZone,
    ...span,
    group_by: groupBy,
    items: items.map((sum) => ({ group: sum.name ?? '', label: sum.label, ...sumToWire(sum) })),
    total: sumToWire(rows.find(({ name }) => name === null) ?? nothing),
  };
}

const nothing = { calls: 0n, inputTokens: 0n, outputTokens: 0n, chargeNanos: 0n };

/** Calendar days, so that one of 23 or 25 hours is a day like any other. */
function withEmptyDays(sums: readonly UsageSum[], from: DateTime, to: DateTime): UsageSum[] {
  const days = new Map(sums.map((sum) => [sum.name, sum]));
  for (let day = from.startOf('day'); day < to; day = day.plus({ days: 1 })) {
    const name = day.toISODate();
    if (!days.has(name)) days.set(name, { name, label: null, ...nothing });
  }
  return [...days.values()].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
}
