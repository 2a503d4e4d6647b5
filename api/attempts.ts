import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../billing/errors.ts';

/** Counts what one account tries; beyond the limit it throws. */
export type AttemptLimit = (accountId: string) => Promise<void>;

export function attemptsPerMinute(points: number): AttemptLimit {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return async (accountId) => {
    try {
      await limiter.consume(accountId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.ceil(refused.msBeforeNext / 1000);
      throw new DomainError(
        'rate_limit_exceeded',
        `Too many attempts. Try again in ${retryAfterSeconds} seconds.`,
        { retryAfterSeconds },
      );
    }
  };
}
