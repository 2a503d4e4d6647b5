import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { passEnd, periodBoundary } from './periods.ts';

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const boundary = (anchor: string, zone: string, index: number) =>
  periodBoundary(new Date(anchor), zone, index).toISOString();
const wall = (instant: Date, zone: string) => DateTime.fromJSDate(instant, { zone });

const anchors = zones.flatMap((zone) =>
  [28, 29, 30, 31].flatMap((day) => [2023, 2024].map((year) => ({ zone, year, day }))),
);

describe('ten years of periods', () => {
  it.each(anchors)('from $day January $year in $zone keep day and hour', ({ zone, year, day }) => {
    const start = DateTime.fromObject({ year, month: 1, day, hour: 9, minute: 15 }, { zone });
    const anchor = start.toJSDate();
    for (let index = 0; index <= 120; index++) {
      const at = wall(periodBoundary(anchor, zone, index), zone);
      const months = (at.year - year) * 12 + at.month - 1;
      expect([index, months, at.day]).toEqual([index, index, Math.min(day, at.daysInMonth ?? 0)]);
      expect(at.toFormat('HH:mm:ss.SSS')).toBe('09:15:00.000');
      if (index > 0) expect(+at).toBeGreaterThan(+periodBoundary(anchor, zone, index - 1));
      if (index % 12 === 0) expect(+at).toBe(+start.plus({ years: index / 12 }));
    }
  });
});

describe('a period', () => {
  it('comes back to the 31st after a shorter month', () => {
    expect([0, 1, 2, 3].map((index) => boundary('2026-01-31T12:00:00Z', 'UTC', index))).toEqual([
      '2026-01-31T12:00:00.000Z',
      '2026-02-28T12:00:00.000Z',
      '2026-03-31T12:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
    ]);
  });

  it('of 29 February begins on the 28th in other years, and on the 29th when there is one', () => {
    expect(boundary('2024-02-29T00:00:00Z', 'UTC', 12)).toBe('2025-02-28T00:00:00.000Z');
    expect(boundary('2024-02-29T00:00:00Z', 'UTC', 48)).toBe('2028-02-29T00:00:00.000Z');
    expect(boundary('2096-02-29T00:00:00Z', 'UTC', 48)).toBe('2100-02-28T00:00:00.000Z');
  });

  it('takes the day of the month from the wall of its zone, not from UTC', () => {
    // 00:30 on 1 February in Berlin is still January in UTC; 20:30 on 31 January in New York already February.
    expect(boundary('2026-01-31T23:30:00Z', 'Europe/Berlin', 1)).toBe('2026-02-28T23:30:00.000Z');
    expect(boundary('2026-02-01T01:30:00Z', 'America/New_York', 1)).toBe('2026-03-01T01:30:00.000Z');
  });

  it.each([
    [
      'Berlin, 02:30 is skipped',
      '2026-01-29T01:30:00Z',
      'Europe/Berlin',
      '2026-03-29T01:30:00.000Z',
      '03:30',
    ],
    [
      'New York, 02:30 is skipped',
      '2026-01-08T07:30:00Z',
      'America/New_York',
      '2026-03-08T07:30:00.000Z',
      '03:30',
    ],
    [
      'Lord Howe, 02:15 is skipped',
      '2026-08-03T15:45:00Z',
      'Australia/Lord_Howe',
      '2026-10-03T15:45:00.000Z',
      '02:45',
    ],
    [
      'Samoa, a whole day is skipped',
      '2011-10-30T20:00:00Z',
      'Pacific/Apia',
      '2011-12-30T20:00:00.000Z',
      '10:00',
    ],
  ])('at an hour that does not exist begins later by as much: %s', (_, anchor, zone, instant, shown) => {
    expect(boundary(anchor, zone, 2)).toBe(instant);
    expect(wall(new Date(instant), zone).toFormat('HH:mm')).toBe(shown);
  });

  it.each([
    ['Berlin, 02:30', '2026-08-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['New York, 01:30', '2026-09-01T05:30:00Z', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['Lord Howe, 01:45', '2026-02-04T14:45:00Z', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
  ])('at an hour that comes twice begins with the first: %s', (_, anchor, zone, instant) => {
    expect(boundary(anchor, zone, 2)).toBe(instant);
  });

  it('that began in the second of two equal hours keeps that instant as its anchor', () => {
    expect(boundary('2026-10-25T01:30:00.123Z', 'Europe/Berlin', 0)).toBe('2026-10-25T01:30:00.123Z');
    expect(boundary('2026-10-25T01:30:00.123Z', 'Europe/Berlin', 1)).toBe('2026-11-25T01:30:00.123Z');
  });

  it('counts in UTC where nobody knows the zone', () => {
    expect(boundary('2026-01-31T12:00:00Z', 'Mars/Olympus', 1)).toBe('2026-02-28T12:00:00.000Z');
  });

  it.each([-1, 0.5, Number.NaN])('has no index %p', (index) => {
    expect(() => periodBoundary(new Date(0), 'UTC', index)).toThrow(RangeError);
  });
});

// Not Apia: counting from before the day that it skipped, Luxon is an hour off nine years later.
const someZone = fc.constantFrom(
  ...zones,
  'Africa/Cairo',
  'America/Havana',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
);
const someAnchor = fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

describe('periods from any anchor', () => {
  it('follow one another without a gap, 27 to 32 days each', () => {
    fc.assert(
      fc.property(someAnchor, someZone, fc.nat(120), (anchor, zone, index) => {
        const length = +periodBoundary(anchor, zone, index + 1) - +periodBoundary(anchor, zone, index);
        const days = length / 86_400_000;
        expect(days).toBeGreaterThan(26.9);
        expect(days).toBeLessThan(32.1);
      }),
    );
  });

  it('agree with an independent calendar', () => {
    fc.assert(
      fc.property(someAnchor, someZone, fc.integer({ min: 1, max: 120 }), (anchor, zone, months) => {
        const expected = wall(anchor, zone).plus({ months });
        const first = Math.min(...expected.getPossibleOffsets().map((possible) => possible.toMillis()));
        expect(periodBoundary(anchor, zone, months).toISOString()).toBe(new Date(first).toISOString());
      }),
      { numRuns: 1_000 },
    );
  });
});

it('ends a pass after thirty days of 24 hours, also where a day has 23', () => {
  expect(passEnd(new Date('2026-03-15T09:00:00+01:00')).toISOString()).toBe('2026-04-14T08:00:00.000Z');
});
