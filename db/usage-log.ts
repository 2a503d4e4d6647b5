import type { Usage } from '../billing/usage.ts';
import type { Db } from './connection.ts';
import { queryUntil } from './query-until.ts';

/** A call as its customer sees it. */
export interface LoggedCall {
  id: string;
  modelId: string;
  route: string;
  streamed: boolean;
  outcome: string;
  estimated: boolean;
  keyId: string;
  keyName: string | null;
  inputTokens: bigint;
  outputTokens: bigint;
  cacheReadTokens: bigint;
  cacheWriteTokens: bigint;
  chargeNanos: bigint;
  mainNanos: bigint;
  backupNanos: bigint;
  voucherNanos: bigint;
  walletNanos: bigint;
  uncollectedNanos: bigint;
  priceVersion: bigint | null;
  startedAt: Date;
  firstByteMs: number | null;
  durationMs: number | null;
}

/** With each bucket by itself, to explain the charge. */
export interface DetailedCall extends LoggedCall {
  usage: Usage;
}

export interface CallFilter {
  model?: string | undefined;
  keyId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface CallPage extends CallFilter {
  /** The last id of the page before. */
  before?: string | undefined;
  limit: number;
}

const callColumns = `u.id, u.model_id as "modelId", u.route, u.streamed, u.outcome, u.estimated,
  u.api_key_id as "keyId", k.name as "keyName",
  u.input_tokens + u.image_input_tokens + u.audio_input_tokens as "inputTokens",
  u.output_tokens + u.image_output_tokens + u.audio_output_tokens as "outputTokens",
  u.cache_read_tokens as "cacheReadTokens", u.cache_write_5m_tokens + u.cache_write_1h_tokens as "cacheWriteTokens",
  u.charge_nanos as "chargeNanos", u.main_nanos as "mainNanos", u.backup_nanos as "backupNanos",
  u.voucher_nanos as "voucherNanos", u.wallet_nanos as "walletNanos", u.uncollected_nanos as "uncollectedNanos",
  u.price_version as "priceVersion", u.started_at as "startedAt", u.first_byte_ms as "firstByteMs",
  u.duration_ms as "durationMs"`;

/**
 * The calls `u` of an account that a filter leaves. Times become id ranges of values, not of expressions that only the
 * executor knows: partitions are pruned while the query is planned. Model and key are in the account's index.
 */
const matching = `u.account_id = :accountId
        and (cast(:model as text) is null or u.model_id = :model)
        and (cast(:keyId as uuid) is null or u.api_key_id = :keyId)
        and u.id >= uuid_at(coalesce(cast(:from as timestamptz), 'epoch'))
        and u.id < coalesce(uuid_at(cast(:to as timestamptz)), 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;

export function matchingBindings(accountId: string, filter: CallFilter) {
  const { model, keyId, from, to } = filter;
  return { accountId, model: model ?? null, keyId: keyId ?? null, from: from ?? null, to: to ?? null };
}

// The page is cut before keys are joined: else a plan may join every call of the account to sort them.
const pageSql = `select ${callColumns}
       from (select u.* from usage_events u
              where ${matching} and u.id < coalesce(cast(:before as uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
              order by u.id desc limit :limit) u
       left join api_keys k on k.id = u.api_key_id
      order by u.id desc`;

const pageBindings = (accountId: string, { before, limit, ...filter }: CallPage) => ({
  ...matchingBindings(accountId, filter),
  before: before ?? null,
  limit,
});

/** Newest first. */
export async function listCalls(db: Db, accountId: string, page: CallPage): Promise<LoggedCall[]> {
  const { rows } = await db.raw(pageSql, pageBindings(accountId, page));
  return rows;
}

const EXPORT_PAGE = 1_000;

/**
 * All of them, newest first, a page at a time: only one is in memory, and while the reader is slow no connection, cursor
 * or snapshot is held. Aborting cancels the page that is being read.
 */
export async function* allCalls(
  db: Db,
  accountId: string,
  filter: CallFilter,
  signal: AbortSignal,
): AsyncGenerator<LoggedCall[]> {
  for (let before: string | undefined; ; ) {
    const bindings = pageBindings(accountId, { ...filter, before, limit: EXPORT_PAGE });
    const rows = await queryUntil<LoggedCall>(db, signal, pageSql, bindings);
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_PAGE) return;
    before = rows.at(-1)?.id;
  }
}

const bucketColumns = Object.entries({
  input: 'input_tokens',
  output: 'output_tokens',
  cacheRead: 'cache_read_tokens',
  cacheWrite5m: 'cache_write_5m_tokens',
  cacheWrite1h: 'cache_write_1h_tokens',
  imageInput: 'image_input_tokens',
  imageOutput: 'image_output_tokens',
  audioInput: 'audio_input_tokens',
  audioOutput: 'audio_output_tokens',
})
  .map(([bucket, column]) => `'${bucket}', u.${column}`)
  .join(', ');

export async function findCall(db: Db, accountId: string, callId: string): Promise<DetailedCall | undefined> {
  const { rows } = await db.raw(
    `select ${callColumns}, jsonb_strip_nulls(jsonb_build_object(${bucketColumns}, 'units', u.units)) as usage
       from usage_events u left join api_keys k on k.id = u.api_key_id
      where u.id = ? and u.account_id = ?`,
    [callId, accountId],
  );
  return rows[0];
}
