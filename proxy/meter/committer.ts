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
  meterFlush,
  type Settlement,
} from '../../db/metering.ts';
import { MeterConnection } from './connection.ts';
import { databaseUnavailable, isOutage } from './outage.ts';
import { releaseOf } from './release.ts';
import {
  answerHold,
  answerSettlement,
  type HoldAnswer,
  recordOf,
  type SettleAnswer,
  type WaitingHold,
  type WaitingSettlement,
} from './waiting.ts';

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

interface Batch {
  id: string;
  holds: WaitingHold[];
  settlements: WaitingSettlement[];
}

/** A batch on its way to the database. */
interface Flight {
  batch: Batch;
  landed: Promise<Landing>;
}

/** Without answers it failed. */
interface Landing {
  answers?: FlushAnswer[];
  failure?: unknown;
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
      if (this.#isAsked) this.#wake();
    });
  }

  async #run(): Promise<void> {
    // What arrives in the same turn of the event loop goes together.
    await nextTurn();
    let flight: Flight | undefined = this.#launch();
    while (flight) {
      const { batch, landed }: Flight = flight;
      const landing: Landing = await landed;
      // The next flush is on its way before anybody is answered: the database works while we do. At 16 connections
      // that makes a call a third faster. Not when calls were passed over: they are to be asked about again.
      flight =
        landing.answers && !landing.answers.some(isLocked) && this.#isAsked ? this.#launch() : undefined;
      await this.#conclude(batch, landing);
    }
  }

  get #isAsked(): boolean {
    return this.#holds.length + this.#settlements.length > 0;
  }

  #launch(): Flight {
    const batch = {
      id: uuidv7(),
      holds: this.#holds.splice(0, MAX_BATCH),
      settlements: this.#settlements.splice(0, MAX_BATCH),
    };
    return { batch, landed: this.#attempt(batch) };
  }

  async #attempt(batch: Batch): Promise<Landing> {
    const startedAt = performance.now();
    const { holds, settlements } = batch;
    try {
      const answers = await this.#connection.flush((client) => {
        for (const hold of holds) hold.sent = true;
        return meterFlush(client, batch.id, settlements.map(recordOf), holds.map(recordOf));
      });
      this.#options.onFlush?.(holds.length, settlements.length, performance.now() - startedAt);
      return { answers };
    } catch (failure) {
      return { failure };
    }
  }

  /** The same batch until its fate is known: its records count once, however often they are sent. */
  async #conclude(batch: Batch, landing: Landing): Promise<void> {
    let { answers, failure } = landing;
    while (!answers) {
      if (!isOutage(failure)) return this.#isolate(batch, failure);
      this.#options.log.warn({ err: failure }, 'A flush failed and is tried again');
      await (this.available ? wait(RETRY_MS) : Promise.race([this.#connection.recover(), wait(RETRY_MS)]));
      this.#giveUpOld(batch);
      if (batch.holds.length + batch.settlements.length === 0) return;
      ({ answers, failure } = await this.#attempt(batch));
    }
    await this.#answer(batch, answers);
  }

  async #answer({ holds, settlements }: Batch, answers: FlushAnswer[]): Promise<void> {
    const exceptions = new Map(answers.map((answer) => [answer.id, answer]));
    const heldAgain = holds.filter((hold) => !answerHold(hold, exceptions.get(hold.id)));
    const settledAgain = settlements.filter((one) => !answerSettlement(one, exceptions.get(one.id)));
    this.#holds.unshift(...heldAgain);
    this.#settlements.unshift(...settledAgain);
    if (!answers.some(isLocked)) return;
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
    for (const part of [
      { holds: [], settlements: settledFirst },
      { holds: [], settlements: settledSecond },
      { holds: heldFirst, settlements: [] },
      { holds: heldSecond, settlements: [] },
    ]) {
      if (part.holds.length + part.settlements.length === 0) continue;
      const again = { id: uuidv7(), ...part };
      await this.#conclude(again, await this.#attempt(again));
    }
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

function isLocked({ answer }: FlushAnswer): boolean {
  return answer === 'locked';
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
