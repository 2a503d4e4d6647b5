const DAY_MS = 24 * 3600 * 1000;

/** A pass is thirty days of 24 hours, whatever clocks and months do meanwhile. */
export function passEnd(start: Date): Date {
  return new Date(start.getTime() + 30 * DAY_MS);
}

/**
 * When period `index` of a subscription begins; 0 is the anchor itself. Months are counted from the anchor and never
 * from the boundary before, so that 31 January comes back to 31 March after 28 February. The clock on the wall of the
 * time zone shows the anchor's hour: one that is skipped comes later by as much, of one that comes twice the first counts.
 */
export function periodBoundary(anchor: Date, timeZone: string, index: number): Date {
  if (!Number.isSafeInteger(index) || index < 0)
    throw new RangeError(`A period has no index ${index}: they count from 0`);
  if (index === 0) return new Date(anchor);
  const zone = clockOf(timeZone);
  return new Date(instantOf(addMonths(wallTime(zone, anchor.getTime()), index), zone));
}

/** Wall times are kept as the instant at which a clock in UTC shows the same. */
function addMonths(wallMs: number, months: number): number {
  const wall = new Date(wallMs);
  const [year, month] = [wall.getUTCFullYear(), wall.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const timeOfDay = wallMs - Date.UTC(year, wall.getUTCMonth(), wall.getUTCDate());
  return Date.UTC(year, month, Math.min(wall.getUTCDate(), lastDay)) + timeOfDay;
}

function instantOf(wallMs: number, zone: Intl.DateTimeFormat): number {
  // No zone is a day away from UTC: these two lie on either side of a change of clocks near this wall time.
  const before = wallMs - offsetAt(zone, wallMs - DAY_MS);
  const after = wallMs - offsetAt(zone, wallMs + DAY_MS);
  const shown = [before, after].filter((instant) => wallTime(zone, instant) === wallMs);
  return shown.length > 0 ? Math.min(...shown) : before;
}

function offsetAt(zone: Intl.DateTimeFormat, instantMs: number): number {
  return wallTime(zone, instantMs) - instantMs;
}

function wallTime(zone: Intl.DateTimeFormat, instantMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of zone.formatToParts(instantMs)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  // Intl knows seconds; what is below them is the same in every zone.
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instantMs % 1000) + 1000) % 1000);
}

const wallParts: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
  calendar: 'gregory',
  numberingSystem: 'latn',
};

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = makeClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

function makeClock(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { ...wallParts, timeZone });
  } catch {
    // A zone that this Node does not know: better a renewal at another hour than none.
    return new Intl.DateTimeFormat('en-US', { ...wallParts, timeZone: 'UTC' });
  }
}
