import { DateTime } from 'luxon';

export interface Span {
  startMs: number;
  endMs: number;
}

export type CalendarUnit = 'day' | 'week' | 'month';

const spans = new Map<string, Span>();

/**
 * The day, week (from Monday) or month around an instant, by the clocks of a time zone: 23 or 25 hours long where
 * they change. Remembered until it is over.
 */
export function calendarSpan(unit: CalendarUnit, timeZone: string, nowMs: number): Span {
  const name = `${unit}:${timeZone}`;
  const known = spans.get(name);
  if (known && nowMs >= known.startMs && nowMs < known.endMs) return known;
  const span = computeSpan(unit, timeZone, nowMs);
  spans.set(name, span);
  return span;
}

function computeSpan(unit: CalendarUnit, timeZone: string, nowMs: number): Span {
  const zoned = DateTime.fromMillis(nowMs, { zone: timeZone });
  // A zone that this Node does not know: better another midnight than no limit.
  const now = zoned.isValid ? zoned : DateTime.fromMillis(nowMs, { zone: 'utc' });
  const startMs = firstInstant(now, unit);
  const endMs = firstInstant(now.plus({ [unit]: 1 }), unit);
  return { startMs, endMs };
}

/** Where clocks go back at midnight, midnight happens twice: the day begins with the first. */
function firstInstant(within: DateTime, unit: CalendarUnit): number {
  const start = within.startOf(unit);
  return Math.min(...start.getPossibleOffsets().map((possible) => possible.toMillis()));
}
