import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../billing/errors.ts';
import type { ProviderName } from '../billing/orders.ts';
import type { Transaction } from './connection.ts';

/** Ids of the system accounts, as migration 0002 makes them. */
export const systemAccounts = {
  planGrants: 1n,
  bonusGrants: 2n,
  expiredCredits: 3n,
  usageRevenue: 4n,
  providerFees: 5n,
  refunds: 6n,
  referralExpense: 7n,
  voucherExpense: 8n,
  uncollected: 9n,
  planSales: 10n,
} as const;

/** Where a provider's money comes from before it is in a customer's pool. */
export const providerClearing: Record<ProviderName, bigint> = {
  stripe: 20n,
  creem: 21n,
  nowpayments: 22n,
  epay: 23n,
  waffo: 24n,
};

export type TransferKind =
  | 'top_up'
  | 'grant'
  | 'adjustment'
  | 'refund'
  | 'plan_payment'
  | 'expiry'
  | 'switch_credit';

export interface TransferInput {
  /** From the intent (`top-up:{order}`), never from a clock: the same intent posts once. */
  key: string;
  kind: TransferKind;
  /** What a reader looks up: an order id, a batch id. */
  reference: string;
  accountId: string | null;
  debitId: bigint;
  creditId: bigint;
  amountNanos: bigint;
  /** The transfer that this one puts right. */
  correctsId?: string;
}

export interface PostedTransfer {
  transferId: string;
  /** False when the same transfer had been posted before: nothing moved now. */
  created: boolean;
}

function contentHash(input: TransferInput): Buffer {
  const { kind, reference, accountId, debitId, creditId, amountNanos, correctsId } = input;
  const content = [kind, reference, accountId, debitId, creditId, amountNanos, correctsId ?? null].map(
    String,
  );
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

/**
 * Moves money between two ledger accounts, once per key. The same key with the same content answers the first
 * result; with other content it throws `idempotency_key_reused`. A pool that would go below zero throws
 * `insufficient_balance` (constraint pool_never_negative) and leaves the transaction to be rolled back.
 */
export async function postTransfer(trx: Transaction, input: TransferInput): Promise<PostedTransfer> {
  const hash = contentHash(input);
  const inserted = await trx.raw<{ rows: { id: string }[] }>(
    `insert into ledger_transfers
       (id, idempotency_key, input_hash, kind, reference, account_id, debit_id, credit_id, amount_nanos, corrects_id)
     values (:id::uuid, :key::text, :hash::bytea, :kind::text, :reference::text, :accountId::uuid,
       :debitId::bigint, :creditId::bigint, :amountNanos::bigint, :correctsId::uuid)
     on conflict (idempotency_key) do nothing
     returning id`,
    {
      ...input,
      id: uuidv7(),
      hash,
      debitId: input.debitId.toString(),
      creditId: input.creditId.toString(),
      amountNanos: input.amountNanos.toString(),
      correctsId: input.correctsId ?? null,
    },
  );
  const [row] = inserted.rows;
  return row ? { transferId: row.id, created: true } : firstResult(trx, input.key, hash);
}

async function firstResult(trx: Transaction, key: string, hash: Buffer): Promise<PostedTransfer> {
  const found = await trx.raw<{ rows: { id: string; input_hash: Buffer }[] }>(
    'select id, input_hash from ledger_transfers where idempotency_key = ?::text',
    [key],
  );
  const [first] = found.rows;
  // `on conflict do nothing` waited for the other writer; if it rolled back the row would have been ours.
  if (!first) throw new Error(`Transfer ${key} neither inserted nor found`);
  if (!first.input_hash.equals(hash)) {
    throw new DomainError('idempotency_key_reused', `Transfer ${key} was posted before with other content`);
  }
  return { transferId: first.id, created: false };
}

/** The ledger account of an account's wallet, made on first need. */
export function walletOf(trx: Transaction, accountId: string): Promise<bigint> {
  return singlePool(trx, accountId, 'wallet');
}

/** The ledger account of an account's referral rewards, made on first need. */
export function referralOf(trx: Transaction, accountId: string): Promise<bigint> {
  return singlePool(trx, accountId, 'referral');
}

async function singlePool(trx: Transaction, accountId: string, pool: 'wallet' | 'referral'): Promise<bigint> {
  const result = await trx.raw<{ rows: { id: bigint }[] }>(
    `with made as (
       insert into ledger_accounts (account_id, pool) values (:accountId::uuid, :pool::text)
       on conflict (account_id, pool) where pool in ('wallet', 'referral') do nothing
       returning id
     )
     select id from made
     union all
     select id from ledger_accounts where account_id = :accountId::uuid and pool = :pool::text
     limit 1`,
    { accountId, pool },
  );
  const [row] = result.rows;
  // Another transaction made it after our snapshot was taken: the next statement sees it.
  return row ? row.id : singlePool(trx, accountId, pool);
}
