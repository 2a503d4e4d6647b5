import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { RateExcess } from '../billing/plan-admission.ts';
import type { PlanTerms } from '../billing/plans.ts';
import { goDuration } from './go-duration.ts';

export interface RateAnswer {
  /** `undefined`: within the limits. */
  excess: RateExcess | undefined;
  /** x-ratelimit-*, for whatever is answered. */
  headers: Record<string, string>;
  /** What the call may use, to be corrected by what it did use. */
  ticket: TokenTicket | undefined;
}

export interface TokenTicket {
  key: string;
  tokens: number;
  endsAtMs: number;
}

interface Count {
  unit: 'requests' | 'tokens';
  limit: number;
  taken: number;
  resetMs: number;
}

/** Requests and tokens a minute of each account. */
export class Rates {
  readonly #limiter: RateLimiterAbstract;

  constructor(limiter: RateLimiterAbstract) {
    this.#limiter = limiter;
  }

  /** Counts the call, with the most tokens that it can use. */
  async take(accountId: string, plan: PlanTerms, tokens: number): Promise<RateAnswer> {
    const { requestsPerMinute, tokensPerMinute } = plan;
    const counts: Count[] = [];
    if (requestsPerMinute !== undefined)
      counts.push(await this.#count('requests', `${accountId}:r`, 1, requestsPerMinute));
    if (tokensPerMinute === undefined || counts.some(isExceeded)) return answerOf(counts, undefined);
    const key = `${accountId}:t`;
    const count = await this.#count('tokens', key, tokens, tokensPerMinute);
    const ticket = { key, tokens, endsAtMs: Date.now() + count.resetMs };
    if (!isExceeded(count)) return answerOf([...counts, count], ticket);
    // One large call that is refused must not stop the small ones.
    await this.correct(ticket, 0);
    return answerOf([...counts, count], undefined);
  }

  /** Replaces what the call might have used by what it did use. */
  async correct(ticket: TokenTicket | undefined, usedTokens: number): Promise<void> {
    // The minute is over, and with it the count.
    if (!ticket || Date.now() >= ticket.endsAtMs || usedTokens === ticket.tokens) return;
    if (usedTokens < ticket.tokens) await this.#limiter.reward(ticket.key, ticket.tokens - usedTokens);
    else await this.#limiter.penalty(ticket.key, usedTokens - ticket.tokens);
  }

  async #count(unit: Count['unit'], key: string, points: number, limit: number): Promise<Count> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.consume(key, points);
    return { unit, limit, taken: consumedPoints, resetMs: msBeforeNext };
  }
}

function isExceeded({ taken, limit }: Count): boolean {
  return taken > limit;
}

function answerOf(counts: Count[], ticket: TokenTicket | undefined): RateAnswer {
  const headers: Record<string, string> = {};
  for (const { unit, limit, taken, resetMs } of counts) {
    headers[`x-ratelimit-limit-${unit}`] = String(limit);
    headers[`x-ratelimit-remaining-${unit}`] = String(Math.max(0, limit - taken));
    headers[`x-ratelimit-reset-${unit}`] = goDuration(resetMs);
  }
  const over = counts.find(isExceeded);
  const excess = over && {
    unit: over.unit,
    limitPerMinute: over.limit,
    retryAfterSeconds: Math.max(1, Math.ceil(over.resetMs / 1000)),
  };
  return { excess, headers, ticket };
}
