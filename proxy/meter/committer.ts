import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../billing/errors.ts';
import {
  callRecord,
  type FlushAnswer,
  type HoldRequest,
  holdRecord,
  type LimitAnswer,
  limitAnswers,
  type MeterRecord,
  meterFlush,
  type Settlement,
} from '../../db/metering.ts';
import { MeterConnection } from './connection.ts';
import { databaseUnavailable, isOutage } from './outage.ts';
import { releaseOf } from './release.ts';

export type HoldAnswer =
  | { accepted: true }
  /** Without a `limit` it is money that is missing. */
  | { accepted: false; availableNanos: bigint; limit?: LimitAnswer | undefined };
/** `voided`: the hold had expired, nothing was charged. */
export type SettleAnswer = 'settled' | 'voided';

export interface CommitterOptions {
  connect(): Promise<pg.Client>;
  log: Logger;
  /** Waiting holds; one more is refused. Settlements are never refused: calls in flight bound them. */
  maxWaitingHolds: number;
  /** How long a hold waits for a database that went away. */
  holdPatienceMs: number;
  /** The same for a settlement. After it the call stays held, and is voided when its hold expires. */
  settlePatienceMs: number;
  onFlush?(holds: number, settlements: number, milliseconds: number): void;
}

interface Waiting<Answer> {
  id: string;
  record: MeterRecord;
  since: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

interface WaitingHold extends Waiting<HoldAnswer> {
  request: HoldRequest;
  /** It was sent at least once: after a lost connection nobody knows whether it is held. */
  sent: boolean;
}

type WaitingSettlement = Waiting<SettleAnswer>;

interface Batch {
  id: string;
  holds: WaitingHold[];
  settlements: WaitingSettlement[];
}

// Bounds how long one flush can take, not how many calls wait.
const MAX_BATCH = 500;
const RETRY_MS = 50;

/**
 * Brings the holds and settlements of many calls to the database together. One flush is in flight; what arrives
 * meanwhile shares the next, which starts as soon as the last one ended: no timer, no wait when idle.
 */
export class GroupCommitter {
  readonly #options: CommitterOptions;
  readonly #connection: MeterConnection;
  #holds: WaitingHold[] = [];
  #settlements: WaitingSettlement[] = [];
  #running: Promise<void> | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#connection = new MeterConnection(options.connect, options.log);
  }

  /** Connects in the background and goes on trying. */
  start(): void {
    void this.#connection.recover();
  }

  get available(): boolean {
    return this.#connection.available;
  }

  get waiting(): { holds: number; settlements: number } {
    return { holds: this.#holds.length, settlements: this.#settlements.length };
  }

  hold(request: HoldRequest): Promise<HoldAnswer> {
    if (!this.available) return Promise.reject(databaseUnavailable());
    if (this.#holds.length >= this.#options.maxWaitingHolds) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const record = holdRecord(request);
      this.#holds.push({
        id: request.id,
        record,
        request,
        since: performance.now(),
        sent: false,
        resolve,
        reject,
      });
      this.#wake();
    });
  }

  settle(settlement: Settlement): Promise<SettleAnswer> {
    return new Promise((resolve, reject) => {
      const record = callRecord(settlement);
      const since = performance.now();
      this.#settlements.push({ id: settlement.id, record, since, resolve, reject });
      this.#wake();
    });
  }

  /** Waits for everything that was asked, then disconnects. */
  async close(): Promise<void> {
    await this.#running;
    await this.#connection.close();
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#holds.length + this.#settlements.length > 0) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (this.#holds.length + this.#settlements.length > 0) {
      // What arrived in the same turn of the event loop goes together.
      await nextTurn();
      await this.#commit(this.#nextBatch());
    }
  }

  #nextBatch(): Batch {
    return {
      id: uuidv7(),
      holds: this.#holds.splice(0, MAX_BATCH),
      settlements: this.#settlements.splice(0, MAX_BATCH),
    };
  }

  /** The same batch until its fate is known: its records count once, however often they are sent. */
  async #commit(batch: Batch): Promise<void> {
    while (batch.holds.length + batch.settlements.length > 0) {
      const failure = await this.#attempt(batch);
      if (!failure) return;
      if (!isOutage(failure)) return this.#isolate(batch, failure);
      this.#options.log.warn({ err: failure }, 'A flush failed and is tried again');
      await (this.available ? wait(RETRY_MS) : Promise.race([this.#connection.recover(), wait(RETRY_MS)]));
      this.#giveUpOld(batch);
    }
  }

  async #attempt(batch: Batch): Promise<unknown> {
    const startedAt = performance.now();
    const { holds, settlements } = batch;
    try {
      const answers = await this.#connection.flush((client) => {
        for (const hold of holds) hold.sent = true;
        return meterFlush(client, batch.id, settlements.map(toRecord), holds.map(toRecord));
      });
      this.#options.onFlush?.(holds.length, settlements.length, performance.now() - startedAt);
      await this.#answer(batch, answers);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #answer({ holds, settlements }: Batch, answers: FlushAnswer[]): Promise<void> {
    const exceptions = new Map(answers.map((answer) => [answer.id, answer]));
    const heldAgain = holds.filter((hold) => !answerHold(hold, exceptions.get(hold.id)));
    const settledAgain = settlements.filter((one) => !answerSettlement(one, exceptions.get(one.id)));
    this.#holds.unshift(...heldAgain);
    this.#settlements.unshift(...settledAgain);
    if (!answers.some(({ answer }) => answer === 'locked')) return;
    this.#giveUpOld({ id: '', holds: [], settlements: [] });
    // Only locked accounts call at the moment: no hurry.
    if (heldAgain.length + settledAgain.length === holds.length + settlements.length) await wait(RETRY_MS);
  }

  /** The database refused the batch itself: find whose fault it is, so that the others go through. */
  async #isolate(batch: Batch, failure: unknown): Promise<void> {
    const { holds, settlements } = batch;
    if (holds.length + settlements.length === 1) {
      this.#options.log.error(
        { err: failure, id: (holds[0] ?? settlements[0])?.id },
        'A call cannot be metered',
      );
      const error = new DomainError('internal_error', 'The call could not be metered', { cause: failure });
      for (const one of [...holds, ...settlements]) one.reject(error);
      return;
    }
    const [heldFirst, heldSecond] = halves(holds);
    const [settledFirst, settledSecond] = halves(settlements);
    // Settlements alone first: what they release is there for the holds, as it would have been.
    await this.#commit({ id: uuidv7(), holds: [], settlements: settledFirst });
    await this.#commit({ id: uuidv7(), holds: [], settlements: settledSecond });
    await this.#commit({ id: uuidv7(), holds: heldFirst, settlements: [] });
    await this.#commit({ id: uuidv7(), holds: heldSecond, settlements: [] });
  }

  #giveUpOld(batch: Batch): void {
    const now = performance.now();
    const holdLimit = now - this.#options.holdPatienceMs;
    const settleLimit = now - this.#options.settlePatienceMs;
    for (const hold of [...batch.holds, ...this.#holds]) if (hold.since < holdLimit) this.#giveUpHold(hold);
    for (const settlement of [...batch.settlements, ...this.#settlements])
      if (settlement.since < settleLimit) settlement.reject(databaseUnavailable());
    batch.holds = batch.holds.filter((hold) => hold.since >= holdLimit);
    batch.settlements = batch.settlements.filter((settlement) => settlement.since >= settleLimit);
    this.#holds = this.#holds.filter((hold) => hold.since >= holdLimit);
    this.#settlements = this.#settlements.filter((settlement) => settlement.since >= settleLimit);
  }

  #giveUpHold(hold: WaitingHold): void {
    hold.reject(databaseUnavailable());
    // It may be held all the same: give it back rather than let the caller wait for the sweep.
    if (hold.sent) this.settle(releaseOf(hold.request)).catch(() => undefined);
  }
}

/** False: it was not decided and asks again. */
function answerHold(hold: WaitingHold, exception: FlushAnswer | undefined): boolean {
  if (exception?.answer === 'locked') return false;
  hold.resolve(exception ? refusalOf(exception) : { accepted: true });
  return true;
}

function refusalOf({ answer, available_nanos: availableNanos }: FlushAnswer): HoldAnswer {
  const limit = limitAnswers.find((one) => one === answer);
  return { accepted: false, availableNanos, ...(limit && { limit }) };
}

function answerSettlement(settlement: WaitingSettlement, exception: FlushAnswer | undefined): boolean {
  if (exception?.answer === 'locked') return false;
  settlement.resolve(exception ? 'voided' : 'settled');
  return true;
}

function toRecord({ record }: Waiting<never>): MeterRecord {
  return record;
}

function halves<T>(items: T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

function overloaded(): DomainError {
  return new DomainError('overloaded', 'Too many calls are waiting. Try again shortly.', {
    retryAfterSeconds: 1,
  });
}
