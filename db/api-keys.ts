import type { Db, Transaction } from './connection.ts';

export type SpendLimitWindow = 'total' | 'day' | 'week' | 'month';

/** A key as its owner sees it. The secret itself is stored only as a hash, in better-auth's column `key`. */
export interface StoredKey {
  id: string;
  name: string;
  start: string;
  models: string[] | null;
  ipRanges: string[] | null;
  spendLimitNanos: bigint | null;
  spendLimitWindow: SpendLimitWindow | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
}

const keyColumns = `id, name, start, models, ip_ranges::text[] as "ipRanges",
  spend_limit_nanos as "spendLimitNanos", spend_limit_window as "spendLimitWindow", "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt", "createdAt"`;

export async function listKeys(db: Db, accountId: string): Promise<StoredKey[]> {
  const { rows } = await db.raw(
    `select ${keyColumns} from api_keys where "referenceId" = ? order by revoked_at is not null, id desc`,
    [accountId],
  );
  return rows;
}

/** Of this account; until the transaction ends nobody else changes it. */
export async function lockKey(
  trx: Transaction,
  accountId: string,
  keyId: string,
): Promise<StoredKey | undefined> {
  const { rows } = await trx.raw(
    `select ${keyColumns} from api_keys where id = ? and "referenceId" = ? for no key update`,
    [keyId, accountId],
  );
  return rows[0];
}

export interface SpendLimit {
  nanos: bigint;
  window: SpendLimitWindow;
}

/** What is to become of a key. A field that is absent stays; null lifts the limit. */
export interface KeyChange {
  name?: string | undefined;
  models?: string[] | null | undefined;
  ipRanges?: string[] | null | undefined;
  spendLimit?: SpendLimit | null | undefined;
  expiresAt?: Date | null | undefined;
}

const assignments = {
  name: 'name = :name',
  models: 'models = cast(:models as text[])',
  // network() clears the bits after the prefix: a cidr like 10.0.0.1/8 would be refused.
  ipRanges: `ip_ranges = (select array_agg(network(cast(r as inet))) from unnest(cast(:ipRanges as text[])) r)`,
  spendLimit: `spend_limit_nanos = cast(:limitNanos as bigint), spend_limit_window = :limitWindow`,
  expiresAt: '"expiresAt" = cast(:expiresAt as timestamptz)',
};

/**
 * Changes what is named and nothing else: a trigger tells every proxy when one of the limits is among it.
 * `undefined`: the account has no such key, or it is revoked.
 */
export async function changeKey(
  trx: Transaction,
  accountId: string,
  keyId: string,
  change: KeyChange,
): Promise<StoredKey | undefined> {
  const named = (Object.keys(assignments) as (keyof typeof assignments)[]).filter(
    (field) => change[field] !== undefined,
  );
  const { rows } = await trx.raw(
    `update api_keys set ${[...named.map((field) => assignments[field]), '"updatedAt" = now()'].join(', ')}
      where id = :keyId and "referenceId" = :accountId and revoked_at is null returning ${keyColumns}`,
    {
      keyId,
      accountId,
      name: change.name ?? null,
      models: change.models ?? null,
      ipRanges: change.ipRanges ?? null,
      limitNanos: change.spendLimit ? String(change.spendLimit.nanos) : null,
      limitWindow: change.spendLimit?.window ?? null,
      expiresAt: change.expiresAt ?? null,
    },
  );
  return rows[0];
}

/** For good. */
export async function revokeKey(trx: Transaction, keyId: string): Promise<void> {
  await trx.raw('update api_keys set revoked_at = now(), enabled = false where id = ?', [keyId]);
}
