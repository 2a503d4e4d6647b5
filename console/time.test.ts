import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { addMonths, formatDateTime, formatDuration, localInput, momentOf, startOfDay } from './time.ts';

describe('a day of the account', () => {
  it('begins at midnight of its time zone, on the days of a clock change too', () => {
    expect(startOfDay('2026-11-21', 'UTC')).toBe('2026-11-21T00:00:00.000Z');
    expect(startOfDay('2026-11-21', 'Asia/Shanghai')).toBe('2026-11-20T16:00:00.000Z');
    expect(startOfDay('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(startOfDay('2026-03-29', 'Europe/Berlin', 1)).toBe('2026-03-29T22:00:00.000Z');
  });

  it('agrees with luxon on every day of two years in zones with unlike rules', () => {
    const zones = [
      'America/New_York',
      'Europe/London',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 730 }), (zone, days) => {
        const day = DateTime.fromISO('2026-01-01', { zone }).plus({ days });
        expect(startOfDay(day.toISODate() ?? '', zone)).toBe(day.startOf('day').toUTC().toISO());
      }),
    );
  });

  it('that is no date is nothing', () => {
    expect(startOfDay('', 'UTC')).toBeUndefined();
    expect(startOfDay('yesterday', 'UTC')).toBeUndefined();
  });
});

describe('a field of date and time', () => {
  it('is of the account time zone, on both sides of a clock change, and back', () => {
    expect(momentOf('2026-03-29T01:30', 'Europe/Berlin')).toBe('2026-03-29T00:30:00.000Z');
    expect(momentOf('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(localInput('2026-03-29T01:30:00Z', 'Europe/Berlin')).toBe('2026-03-29T03:30');
  });

  it('that is incomplete is nothing', () => {
    expect(momentOf('', 'UTC')).toBeUndefined();
    expect(momentOf('2026-13-29T01:30', 'UTC')).toBeUndefined();
  });

  it('goes on by months without leaving out a short one', () => {
    expect(addMonths('2027-01-31T10:00:00Z', 1)).toBe('2027-02-28T10:00:00.000Z');
    expect(addMonths('2027-11-15T10:00:00Z', 12)).toBe('2028-11-15T10:00:00.000Z');
  });
});

describe('a time', () => {
  const NOW = Date.parse('2026-12-31T20:00:00Z');

  it('has its year where that is not the present one of that time zone', () => {
    expect(formatDateTime('2025-11-21T04:40:00Z', 'UTC', NOW)).toBe('21 Nov 2025, 04:40');
    expect(formatDateTime('2026-11-21T04:40:00Z', 'Asia/Tokyo', NOW)).toBe('21 Nov 2026, 13:40');
  });

  it('is shown in the account time zone', () => {
    expect(formatDateTime('2026-11-21T04:40:00Z', 'America/New_York', NOW)).toBe('20 Nov, 23:40');
  });

  it('falls back to UTC where the browser does not know the zone', () => {
    expect(formatDateTime('2026-11-21T04:40:00Z', 'Mars/Olympus', NOW)).toBe('21 Nov, 04:40');
  });

  it('span reads in the unit that fits', () => {
    expect([420, 1_240, 125_000].map(formatDuration)).toEqual(['420 ms', '1.2 s', '2 min 5 s']);
  });
});
