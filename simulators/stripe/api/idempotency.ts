import type { DatabaseSync } from 'node:sqlite';
import { StripeError } from '../stripe-error.ts';
import type { ApiAnswer, ApiCall } from './call.ts';

export type SavedAnswer = ApiAnswer & { requestId: string };

/** What an earlier request with this key was answered. The same key for anything else is an error. */
export function findAnswer(database: DatabaseSync, call: ApiCall): SavedAnswer | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  const row = database.prepare('select * from idempotency_keys where key = ?').get(call.idempotencyKey);
  if (row === undefined) return undefined;
  if (row.path !== call.path) {
    throw misused(call, `for the same endpoint they were first used for ('${row.path}' vs '${call.path}')`);
  }
  if (row.body_hash !== call.bodyHash) {
    throw misused(call, 'with the same parameters they were first used with');
  }
  return { status: Number(row.status), body: String(row.response), requestId: String(row.request_id) };
}

export function saveAnswer(database: DatabaseSync, call: ApiCall, answer: ApiAnswer): void {
  if (call.idempotencyKey === undefined) return;
  database
    .prepare(
      'insert into idempotency_keys (key, path, body_hash, status, response, request_id) values (?, ?, ?, ?, ?, ?)',
    )
    .run(call.idempotencyKey, call.path, call.bodyHash, answer.status, answer.body, call.requestId);
}

function misused(call: ApiCall, how: string): StripeError {
  return new StripeError(
    400,
    'idempotency_error',
    `Keys for idempotent requests can only be used ${how}. Try using a key other than '${call.idempotencyKey}' if you meant to execute a different request.`,
  );
}

/** Keys of requests that are being answered right now. */
export function lockKey(inFlight: Set<string>, key: string | undefined): () => void {
  if (key === undefined) return () => {};
  if (key.length > 255) {
    throw new StripeError(400, 'invalid_request_error', 'Idempotency keys may have at most 255 characters.');
  }
  if (inFlight.has(key)) {
    throw new StripeError(
      409,
      'idempotency_error',
      `There is currently another in-progress request using this Idempotency Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      { code: 'idempotency_key_in_use' },
    );
  }
  inFlight.add(key);
  return () => inFlight.delete(key);
}
