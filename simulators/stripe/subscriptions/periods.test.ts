import { expect, test } from '@jest/globals';
import { periodFrom } from './periods.ts';

const at = (day: string) => Date.parse(`${day}T10:30:00Z`) / 1000;

test.each([
  ['2026-01-31', '2026-01-31', 'month', 1, '2026-02-28'],
  ['2026-02-28', '2026-01-31', 'month', 1, '2026-03-31'],
  ['2028-01-31', '2028-01-31', 'month', 1, '2028-02-29'],
  ['2026-12-15', '2026-12-15', 'month', 1, '2027-01-15'],
  ['2026-11-30', '2026-11-30', 'month', 3, '2027-02-28'],
  ['2028-02-29', '2028-02-29', 'year', 1, '2029-02-28'],
  ['2026-03-01', '2026-03-01', 'week', 2, '2026-03-15'],
  ['2026-03-01', '2026-03-01', 'day', 30, '2026-03-31'],
] as const)(
  'the period from %s, anchored at %s, of a %s times %i ends %s',
  (start, anchor, interval, n, end) => {
    const period = periodFrom(at(start), at(anchor), { interval, interval_count: n });
    expect(period).toEqual({ start: at(start), end: at(end) });
  },
);
