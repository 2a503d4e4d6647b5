import type pg from 'pg';
import type { UnitCounts } from '../billing/units.ts';
import type { FlushAnswer, HoldRequest } from './metering.ts';
import { textField } from './record-text.ts';

/** A limit in a span of time. What counts in it is the database's business; the caller says when it began. */
export interface WindowLimit {
  startsAt: Date;
  limit: bigint;
}

/** What besides money limits a call. Absent on a hold: nothing does. */
export interface HoldLimits {
  /** The subscription, or the account that has none: caps and budget are its own. */
  subjectId: string;
  /** The most that the call can cost us. */
  costNanos: bigint;
  /** Whether main and backup may pay. */
  planPays: boolean;
  walletPays: boolean;
  /** It runs only if the customer's own money could pay for it. */
  laneOnly: boolean;
  dailyCap: WindowLimit | undefined;
  weeklyCap: WindowLimit | undefined;
  budget: WindowLimit | undefined;
  /** Of calls, not of money. */
  dailyRequests: WindowLimit | undefined;
  keyLimit: WindowLimit | undefined;
}

export interface LimitedBatch {
  id: string;
  calls: readonly string[];
  holds: readonly string[];
  limitedHolds: readonly string[];
  units: Readonly<Record<string, UnitCounts>> | undefined;
}

/** `meterFlush` with holds that have limits. */
export async function meterFlushLimited(client: pg.Client, batch: LimitedBatch): Promise<FlushAnswer[]> {
  const { id, calls, holds, limitedHolds, units } = batch;
  const { rows } = await client.query<FlushAnswer>({
    name: 'meter_flush_limited',
    text: `select id, answer, available_nanos from meter_flush_limited(
             $1::uuid, $2::metered_call[], $3::metered_hold[], $4::limited_hold[], $5::jsonb)`,
    values: [
      id,
      `{${calls.join(',')}}`,
      `{${holds.join(',')}}`,
      `{${limitedHolds.join(',')}}`,
      units ? JSON.stringify(units) : null,
    ],
  });
  return rows;
}

/** One element of a `limited_hold[]` literal. */
export function limitedHoldRecord(hold: HoldRequest, limits: HoldLimits): string {
  const who = `${hold.id},${hold.accountId},${hold.amountNanos},${hold.apiKeyId},${textField(hold.modelId)}`;
  const how = `${textField(hold.route)},${hold.streamed},${hold.seconds}`;
  const { costNanos, planPays, walletPays, laneOnly, subjectId } = limits;
  const windows = [
    limits.dailyCap,
    limits.weeklyCap,
    limits.budget,
    limits.dailyRequests,
    limits.keyLimit,
  ].map((window) => (window ? `${window.startsAt.toISOString()},${window.limit}` : ','));
  return `"(${who},${how},${costNanos},${planPays},${walletPays},${laneOnly},${subjectId},${windows.join(',')})"`;
}
