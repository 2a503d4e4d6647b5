import type { RateExcess } from '../billing/plan-admission.ts';
import type { PlanTerms } from '../billing/plans.ts';
import { goDuration } from './go-duration.ts';
import type { Counter } from './rate-counter.ts';

export interface RateAnswer {
  /** `undefined`: within the limits. */
  excess: RateExcess | undefined;
  /** x-ratelimit-*, for whatever is answered. */
  headers: Record<string, string>;
  /** What the call was counted with; `undefined` where nothing is, or the call is refused. */
  ticket: RateTicket | undefined;
}

/** To be corrected when it is known what the call did use. */
export interface RateTicket {
  requests: Counted | undefined;
  tokens: Counted | undefined;
}

interface Counted {
  key: string;
  points: number;
  endsAtMs: number;
}

interface Count extends Counted {
  unit: 'requests' | 'tokens';
  limit: number;
  taken: number;
  resetMs: number;
}

/** Requests and tokens a minute of each account. */
export class Rates {
  readonly #counter: Counter;

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Counts the call, with the most tokens that it can use. */
  async take(accountId: string, plan: PlanTerms, tokens: number): Promise<RateAnswer> {
    const { requestsPerMinute, tokensPerMinute } = plan;
    const requests =
      requestsPerMinute === undefined
        ? undefined
        : await this.#count('requests', `${accountId}:r`, 1, requestsPerMinute);
    if (requests && isExceeded(requests)) return answerOf([requests], undefined);
    if (tokensPerMinute === undefined)
      return answerOf(requests ? [requests] : [], requests && { requests, tokens: undefined });
    const counted = await this.#count('tokens', `${accountId}:t`, tokens, tokensPerMinute);
    const counts = requests ? [requests, counted] : [counted];
    if (!isExceeded(counted)) return answerOf(counts, { requests, tokens: counted });
    // One large call that is refused must not stop the small ones.
    this.#change(counted, 0);
    return answerOf(counts, undefined);
  }

  /** Replaces the tokens that the call might have used by those that it did use. Nobody waits for it. */
  correct(ticket: RateTicket | undefined, usedTokens: number): void {
    if (ticket?.tokens) this.#change(ticket.tokens, usedTokens);
  }

  /** The call never ran, and not for a fault of its caller. */
  giveBack(ticket: RateTicket | undefined): void {
    if (ticket?.requests) this.#change(ticket.requests, 0);
    if (ticket?.tokens) this.#change(ticket.tokens, 0);
  }

  #change({ key, points, endsAtMs }: Counted, to: number): void {
    // The minute is over, and with it the count.
    if (Date.now() >= endsAtMs || to === points) return;
    const changed =
      to < points ? this.#counter.reward(key, points - to) : this.#counter.penalty(key, to - points);
    // What could not be corrected is forgotten with the minute.
    changed.catch(() => undefined);
  }

  async #count(unit: Count['unit'], key: string, points: number, limit: number): Promise<Count> {
    const { consumedPoints, msBeforeNext } = await this.#counter.consume(key, points);
    const endsAtMs = Date.now() + msBeforeNext;
    return { unit, key, points, limit, taken: consumedPoints, resetMs: msBeforeNext, endsAtMs };
  }
}

function isExceeded({ taken, limit }: Count): boolean {
  return taken > limit;
}

function answerOf(counts: Count[], ticket: RateTicket | undefined): RateAnswer {
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
    asked: over.points,
    retryAfterSeconds: Math.max(1, Math.ceil(over.resetMs / 1000)),
  };
  return { excess, headers, ticket };
}
