import {
  type FlushAnswer,
  type HoldRequest,
  type LimitAnswer,
  limitAnswers,
  type MeterRecord,
} from '../../db/metering.ts';

export type HoldAnswer =
  | { accepted: true }
  /** Without a `limit` it is money that is missing. */
  | {
      accepted: false;
      availableNanos: bigint;
      /** What is missing is held for calls that run. */
      inFlight: boolean;
      limit?: LimitAnswer | undefined;
    };
/** `voided`: the hold had expired, nothing was charged. */
export type SettleAnswer = 'settled' | 'voided';

interface Waiting<Answer> {
  id: string;
  record: MeterRecord;
  since: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export interface WaitingHold extends Waiting<HoldAnswer> {
  request: HoldRequest;
  /** It was sent at least once: after a lost connection nobody knows whether it is held. */
  sent: boolean;
}

export type WaitingSettlement = Waiting<SettleAnswer>;

/** False: it was not decided and asks again. */
export function answerHold(hold: WaitingHold, exception: FlushAnswer | undefined): boolean {
  if (exception?.answer === 'locked') return false;
  hold.resolve(exception ? refusalOf(exception) : { accepted: true });
  return true;
}

function refusalOf({
  answer,
  available_nanos: availableNanos,
  in_flight: inFlight,
}: FlushAnswer): HoldAnswer {
  const limit = limitAnswers.find((one) => one === answer);
  return { accepted: false, availableNanos, inFlight, ...(limit && { limit }) };
}

export function answerSettlement(settlement: WaitingSettlement, exception: FlushAnswer | undefined): boolean {
  if (exception?.answer === 'locked') return false;
  settlement.resolve(exception ? 'voided' : 'settled');
  return true;
}

export function recordOf({ record }: Waiting<never>): MeterRecord {
  return record;
}
