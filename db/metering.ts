import pg from 'pg';
import type { Outcome } from '../billing/outcome.ts';
import type { Usage } from '../billing/usage.ts';
import './pg-types.ts';
import { type HoldLimits, limitsRecord } from './limited-holds.ts';
import { textField } from './record-text.ts';

export interface HoldRequest {
  id: string;
  accountId: string;
  amountNanos: bigint;
  apiKeyId: string;
  modelId: string;
  route: string;
  streamed: boolean;
  /** Voided after this long, unless it is settled. */
  seconds: number;
  /** What besides money limits the call. */
  limits?: HoldLimits | undefined;
}

export interface Settlement {
  id: string;
  accountId: string;
  apiKeyId: string;
  modelId: string;
  priceVersion: bigint | undefined;
  upstreamId: string | undefined;
  route: string;
  streamed: boolean;
  outcome: Outcome;
  estimated: boolean;
  httpStatus: number | undefined;
  usage: Usage;
  chargeNanos: bigint;
  costNanos: bigint;
  startedAt: Date;
  firstByteMs: number | undefined;
  durationMs: number;
}

/** The limit that a call with `limits` met. `lane_closed`: it needed the customer's own money, and there is none. */
export const limitAnswers = [
  'daily_cap_reached',
  'weekly_cap_reached',
  'plan_budget_exhausted',
  'key_limit_reached',
  'lane_closed',
] as const;
export type LimitAnswer = (typeof limitAnswers)[number];

/**
 * What was not simply accepted. Holds: `refused`, or the limit that was met. Settlements: `voided` when the hold had
 * expired, so that nothing was charged. Both: `locked` when somebody else has the account's pools and the flush was
 * told not to wait; nothing was done.
 */
export interface FlushAnswer {
  id: string;
  answer: 'refused' | 'voided' | 'locked' | LimitAnswer;
  available_nanos: bigint;
  /** What is missing is held for calls that run: without them there would be room. */
  in_flight: boolean;
}

// Writers hold their locks for milliseconds. Whoever holds one longer must not stop the calls of everybody else.
const LOCK_TIMEOUT_MS = 500;

/** A connection for flushes alone. Its statements are bounded, so that an outage is an error and not a hang. */
export async function connectMeter(url: string, statementSeconds: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tollgate-meter',
    connectionTimeoutMillis: 3_000,
    statement_timeout: statementSeconds * 1000,
    lock_timeout: LOCK_TIMEOUT_MS,
    query_timeout: statementSeconds * 1000 + 1_000,
    keepAlive: true,
  });
  // The next statement fails: that is where it is dealt with. Unheard, the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  // Plans are made once and go by index: holds is filled and emptied all the time, and statistics of it are always wrong.
  await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off');
  return client;
}

/** Whether flushes on this connection wait for accounts that somebody else has locked, or pass them over. */
export async function skipLocked(client: pg.Client, skip: boolean): Promise<void> {
  await client.query(`set tollgate.skip_locked = ${skip ? 'on' : 'off'}`);
}

/** A call as `meter_flush` reads it: an element of the array literal beside its id and its account. */
export interface MeterRecord {
  id: string;
  accountId: string;
  fields: string;
  limits?: string | undefined;
}

/** Settles and holds in one round trip and one commit. The same records again change nothing and answer the same. */
export async function meterFlush(
  client: pg.Client,
  batchId: string,
  calls: readonly MeterRecord[],
  holds: readonly MeterRecord[],
): Promise<FlushAnswer[]> {
  const limits = holds.some((hold) => hold.limits !== undefined);
  const { rows } = await client.query<FlushAnswer>({
    name: 'meter_flush',
    text: `select id, answer, available_nanos, in_flight from meter_flush($1::uuid, $2::uuid[], $3::uuid[], $4::metered_call[],
             $5::uuid[], $6::uuid[], $7::metered_hold[], $8::metered_limits[])`,
    values: [
      batchId,
      literal(calls, ({ id }) => id),
      literal(calls, ({ accountId }) => accountId),
      literal(calls, ({ fields }) => fields),
      literal(holds, ({ id }) => id),
      literal(holds, ({ accountId }) => accountId),
      literal(holds, ({ fields }) => fields),
      limits ? literal(holds, (hold) => hold.limits ?? 'null') : '{}',
    ],
  });
  return rows;
}

function literal(records: readonly MeterRecord[], element: (record: MeterRecord) => string): string {
  return `{${records.map(element).join(',')}}`;
}

// Text literals of records cost half of what one array a column does.
export function holdRecord(hold: HoldRequest): MeterRecord {
  const { id, accountId, limits } = hold;
  const what = `${hold.amountNanos},${hold.apiKeyId},${textField(hold.modelId)},${textField(hold.route)}`;
  return {
    id,
    accountId,
    fields: `"(${what},${hold.streamed},${hold.seconds})"`,
    limits: limits && limitsRecord(limits),
  };
}

export function callRecord(call: Settlement): MeterRecord {
  const { id, accountId, usage } = call;
  const who = `${call.apiKeyId},${textField(call.modelId)}`;
  const how = `${call.priceVersion ?? ''},${textField(call.upstreamId)},${textField(call.route)},${call.streamed},${call.outcome}`;
  const tokens = `${usage.input},${usage.output},${usage.cacheRead},${usage.cacheWrite5m},${usage.cacheWrite1h},${usage.imageInput},${usage.imageOutput},${usage.audioInput},${usage.audioOutput}`;
  const units = usage.units ? textField(JSON.stringify(usage.units)) : '';
  const when = `${call.startedAt.toISOString()},${call.firstByteMs ?? ''},${call.durationMs}`;
  const fields = `"(${who},${how},${call.estimated},${call.httpStatus ?? ''},${tokens},${units},${call.chargeNanos},${call.costNanos},${when})"`;
  return { id, accountId, fields };
}
