import { describe, expect, it } from '@jest/globals';
import { calendarSpan } from './calendar.ts';

const hour = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const span = (unit: 'day' | 'week' | 'month', zone: string, iso: string) => {
  const { startMs, endMs } = calendarSpan(unit, zone, at(iso));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString(), (endMs - startMs) / hour];
};

describe('a day', () => {
  it.each([
    [
      'Europe/Berlin, any day',
      'Europe/Berlin',
      '2026-06-10T12:00Z',
      '2026-06-09T22:00',
      '2026-06-10T22:00',
      24,
    ],
    [
      'Europe/Berlin, clocks go forward',
      'Europe/Berlin',
      '2026-03-29T12:00Z',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
      23,
    ],
    [
      'Europe/Berlin, clocks go back',
      'Europe/Berlin',
      '2026-10-25T12:00Z',
      '2026-10-24T22:00',
      '2026-10-25T23:00',
      25,
    ],
    [
      'New York, clocks go forward',
      'America/New_York',
      '2026-03-08T12:00Z',
      '2026-03-08T05:00',
      '2026-03-09T04:00',
      23,
    ],
    [
      'New York, clocks go back',
      'America/New_York',
      '2026-11-01T12:00Z',
      '2026-11-01T04:00',
      '2026-11-02T05:00',
      25,
    ],
    // There midnight itself is what is skipped, or happens twice.
    [
      'Havana, there is no midnight',
      'America/Havana',
      '2026-03-08T12:00Z',
      '2026-03-08T05:00',
      '2026-03-09T04:00',
      23,
    ],
    [
      'Havana, midnight comes twice',
      'America/Havana',
      '2026-11-01T12:00Z',
      '2026-11-01T04:00',
      '2026-11-02T05:00',
      25,
    ],
    ['half an hour off', 'Asia/Kolkata', '2026-06-10T18:29Z', '2026-06-09T18:30', '2026-06-10T18:30', 24],
    ['UTC', 'UTC', '2026-06-10T23:59:59.999Z', '2026-06-10T00:00', '2026-06-11T00:00', 24],
    [
      'a zone that nobody knows is UTC',
      'Mars/Olympus',
      '2026-06-10T12:00Z',
      '2026-06-10T00:00',
      '2026-06-11T00:00',
      24,
    ],
  ])('%s', (_, zone, instant, start, end, hours) => {
    expect(span('day', zone, instant)).toEqual([`${start}:00.000Z`, `${end}:00.000Z`, hours]);
  });

  it.each(['Europe/Berlin', 'America/New_York', 'America/Havana', 'Africa/Cairo', 'Australia/Lord_Howe'])(
    'follows the one before without a gap all through a year: %s',
    (zone) => {
      let { startMs, endMs } = calendarSpan('day', zone, at('2026-01-01T12:00Z'));
      for (let days = 0; days < 366; days++) {
        const inside = calendarSpan('day', zone, endMs - 1);
        expect(inside).toEqual({ startMs, endMs });
        const next = calendarSpan('day', zone, endMs);
        expect(next.startMs).toBe(endMs);
        expect(next.endMs - next.startMs).toBeGreaterThanOrEqual(23 * hour);
        ({ startMs, endMs } = next);
      }
    },
  );
});

it('begins weeks on Monday and months on the first, by the same clocks', () => {
  expect(span('week', 'Europe/Berlin', '2026-03-29T12:00Z')).toEqual([
    '2026-03-22T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
    167,
  ]);
  expect(span('month', 'America/New_York', '2026-11-15T12:00Z')).toEqual([
    '2026-11-01T04:00:00.000Z',
    '2026-12-01T05:00:00.000Z',
    721,
  ]);
});
