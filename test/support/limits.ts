import { v7 as uuidv7 } from 'uuid';
import type { HoldLimits } from '../../db/limited-holds.ts';

export const DAY = new Date('2026-11-21T00:00:00Z');
export const NEXT_DAY = new Date('2026-11-22T00:00:00Z');

export const capOf = (limit: bigint, startsAt = DAY) => ({ limit, startsAt });

/** Limits that let everything through, but for what is given. */
export function someLimits(overrides: Partial<HoldLimits> = {}): HoldLimits {
  return {
    subjectId: uuidv7(),
    costNanos: 0n,
    planPays: true,
    walletPays: true,
    laneOnly: false,
    dailyCap: undefined,
    weeklyCap: undefined,
    budget: undefined,
    dailyRequests: undefined,
    keyLimit: undefined,
    ...overrides,
  };
}
