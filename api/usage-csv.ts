import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { Db } from '../db/connection.ts';
import { allCalls, type CallFilter, type LoggedCall } from '../db/usage-log.ts';
import { callToWire } from './usage-wire.ts';

/** The columns of the export, in order. */
const columns = [
  'started_at',
  'trace_id',
  'model',
  'key_name',
  'key_id',
  'route',
  'streamed',
  'outcome',
  'estimated',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'charge_usd',
  'main_usd',
  'backup_usd',
  'voucher_usd',
  'wallet_usd',
  'uncollected_usd',
  'price_version',
  'first_byte_ms',
  'duration_ms',
];

/**
 * The calls as CSV, header first. Rows are read as fast as the reader takes them; the signal ends it, also in the middle
 * of a query.
 */
export function usageCsv(db: Db, accountId: string, filter: CallFilter, signal: AbortSignal): Readable {
  // Chunks are hundreds of kilobytes: more than one in waiting would only be memory.
  return Readable.from(csvChunks(allCalls(db, accountId, filter, signal)), { highWaterMark: 1, signal });
}

async function* csvChunks(pages: AsyncIterable<LoggedCall[]>): AsyncGenerator<string> {
  yield stringify([columns]);
  for await (const page of pages) yield stringify(page.map(toRecord), csvOptions);
}

const csvOptions = {
  columns,
  // A model or a key may be named "=cmd()": a spreadsheet would run it.
  escape_formulas: true,
  cast: { boolean: String },
};

function toRecord(call: LoggedCall) {
  const { paid_from, ...event } = callToWire(call);
  return { ...event, ...paid_from };
}
