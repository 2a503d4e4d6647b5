import { calendarSpan, type Span } from './calendar.ts';

const DAY_MS = 86_400_000;

/** The day in which daily caps count: by the zone's clocks, unless the day of an earlier zone still goes on. */
export function capDay(timeZone: string, kept: Span | undefined, nowMs: number): Span {
  return kept && nowMs < kept.endMs ? kept : calendarSpan('day', timeZone, nowMs);
}

/**
 * The day that goes on when an account changes its time zone: until the new zone's first midnight after the day would
 * have been over. Otherwise each change would open a day, and with it another cap.
 */
export function keptDay(
  before: { timeZone: string; kept: Span | undefined },
  timeZone: string,
  nowMs: number,
): Span {
  const day = capDay(before.timeZone, before.kept, nowMs);
  // A day that was kept already is not made longer with every further change.
  const overMs = day === before.kept ? day.startMs + DAY_MS : day.endMs;
  const next = calendarSpan('day', timeZone, overMs);
  return { startMs: day.startMs, endMs: next.startMs === overMs ? overMs : next.endMs };
}
