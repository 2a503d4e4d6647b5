import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Span } from './calendar.ts';
import { capDay, keptDay } from './cap-day.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const words = ({ startMs, endMs }: Span) => [new Date(startMs).toISOString(), new Date(endMs).toISOString()];

describe('the day of a daily cap', () => {
  it('is that of the zone, as long as that does not change', () => {
    const noon = at('2026-11-27T12:00:00Z');
    expect(words(capDay('Asia/Tokyo', undefined, noon))).toEqual([
      '2026-11-26T15:00:00.000Z',
      '2026-11-27T15:00:00.000Z',
    ]);
  });

  it('goes on when the zone changes, to the first midnight there after it would have been over', () => {
    const noon = at('2026-11-27T12:00:00Z');
    const kept = keptDay({ timeZone: 'UTC', kept: undefined }, 'Asia/Tokyo', noon);
    expect(words(kept)).toEqual(['2026-11-27T00:00:00.000Z', '2026-11-28T15:00:00.000Z']);
    expect(capDay('Asia/Tokyo', kept, kept.endMs - 1)).toBe(kept);
    expect(words(capDay('Asia/Tokyo', kept, kept.endMs))).toEqual([
      '2026-11-28T15:00:00.000Z',
      '2026-11-29T15:00:00.000Z',
    ]);
  });

  it('is what it was when the zone is changed back', () => {
    const noon = at('2026-11-27T12:00:00Z');
    const there = keptDay({ timeZone: 'UTC', kept: undefined }, 'Asia/Tokyo', noon);
    const back = keptDay({ timeZone: 'Asia/Tokyo', kept: there }, 'UTC', noon + HOUR_MS);
    expect(words(back)).toEqual(['2026-11-27T00:00:00.000Z', '2026-11-28T00:00:00.000Z']);
  });

  it('is not opened twice within twenty-three hours, however often the zone is changed', () => {
    const zones = [
      'UTC',
      'Asia/Tokyo',
      'America/New_York',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
      'Asia/Kolkata',
    ];
    const change = fc.record({
      zone: fc.constantFrom(...zones),
      afterMinutes: fc.integer({ min: 1, max: 2_000 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(change, { minLength: 1, maxLength: 30 }),
        (first, changes) => {
          let nowMs = at('2026-03-07T10:00:00Z');
          let zone = first;
          let kept: Span | undefined;
          let startMs = capDay(zone, kept, nowMs).startMs;
          const look = () => {
            const day = capDay(zone, kept, nowMs);
            expect(day.startMs <= nowMs && nowMs < day.endMs).toBe(true);
            if (day.startMs !== startMs) expect(day.startMs - startMs).toBeGreaterThanOrEqual(23 * HOUR_MS);
            startMs = day.startMs;
          };
          for (const { zone: next, afterMinutes } of changes) {
            // Quarter of an hour after quarter of an hour, so that no day is passed over.
            for (let passed = 0; passed < afterMinutes; passed += 15) {
              nowMs += 15 * 60_000;
              look();
            }
            if (next !== zone) kept = keptDay({ timeZone: zone, kept }, next, nowMs);
            zone = next;
            look();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
