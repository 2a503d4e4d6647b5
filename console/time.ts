/** Times arrive as UTC and are shown in the account's time zone, which need not be the browser's. */
const MINUTE = 60_000;

function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  } catch {
    // An old browser may not know a new zone; UTC is labelled by the caller's title.
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}

/** "21 Nov, 04:40", with the year where it is not the present one. */
export function formatDateTime(iso: string, timeZone: string, now = Date.now()): string {
  const year = formatter(timeZone, { year: 'numeric' });
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const at = new Date(iso);
  const sameYear = year.format(at) === year.format(now);
  return formatter(timeZone, { ...options, ...(sameYear ? {} : { year: 'numeric' }) }).format(at);
}

/** "21 Nov 2026, 04:40:07 UTC", for timelines and details. */
export function formatPrecise(iso: string, timeZone: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit' } as const;
  return formatter(timeZone, {
    ...options,
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(iso));
}

export function formatDate(iso: string, timeZone: string): string {
  return formatter(timeZone, { dateStyle: 'medium' }).format(new Date(iso));
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < MINUTE) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / 1000)} s`;
}

/** How far the zone's clock is ahead of UTC at that moment. */
function offsetMs(utcMs: number, timeZone: string): number {
  const parts = formatter(timeZone, {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(utcMs);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return wall - Math.floor(utcMs / 1000) * 1000;
}

/** The moment at which a wall clock of the zone shows `wall`, which is written as if it were UTC. */
function atWall(wall: number, timeZone: string): string {
  // The offset before a change of the clocks differs from the one after it: the second pass settles it.
  const guess = wall - offsetMs(wall, timeZone);
  return new Date(wall - offsetMs(guess, timeZone)).toISOString();
}

/**
 * The moment at which a calendar day ("2026-03-29") begins in a time zone, or `undefined` for no date. With
 * `addDays` 1 it is the end of that day, also where the day has 23 or 25 hours.
 */
export function startOfDay(day: string, timeZone: string, addDays = 0): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return undefined;
  return atWall(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + addDays), timeZone);
}

/** What a date and time field holds ("2027-01-21T10:00"), as a moment; `undefined` where it is incomplete. */
export function momentOf(local: string, timeZone: string): string | undefined {
  const wall = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local)
    ? Date.parse(`${local.slice(0, 16)}Z`)
    : Number.NaN;
  return Number.isNaN(wall) ? undefined : atWall(wall, timeZone);
}

/** The other way round. */
export function localInput(iso: string, timeZone: string): string {
  const utc = Date.parse(iso);
  return new Date(utc + offsetMs(utc, timeZone)).toISOString().slice(0, 16);
}

/** The same day of a later month, or its last one: 31 January and a month is 28 February. */
export function addMonths(iso: string, months: number): string {
  const from = new Date(iso);
  const to = new Date(iso);
  to.setUTCMonth(from.getUTCMonth() + months);
  if (to.getUTCDate() !== from.getUTCDate()) to.setUTCDate(0);
  return to.toISOString();
}
