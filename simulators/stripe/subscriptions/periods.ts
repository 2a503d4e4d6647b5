import type { Recurrence } from '../checkout/line-items.ts';

/** A span of time that is paid for at once, in seconds since 1970; the end is not in it. */
export interface Period {
  start: number;
  end: number;
}

const daySeconds = 86_400;

/** The period that begins at `start`. Months keep the anchor's day as far as they have it: 31 Jan, 28 Feb, 31 Mar. */
export function periodFrom(start: number, anchor: number, recurrence: Recurrence): Period {
  const { interval, interval_count: count } = recurrence;
  if (interval === 'day') return { start, end: start + count * daySeconds };
  if (interval === 'week') return { start, end: start + count * 7 * daySeconds };
  const months = interval === 'year' ? 12 * count : count;
  return { start, end: monthsLater(start, months, new Date(anchor * 1000).getUTCDate()) };
}

function monthsLater(start: number, months: number, wantedDay: number): number {
  const date = new Date(start * 1000);
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wantedDay, daysInMonth));
  return Math.floor(date.getTime() / 1000);
}
