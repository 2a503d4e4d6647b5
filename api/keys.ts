import { changeKey, type SpendLimit, type StoredKey } from '../db/api-keys.ts';
import type { Db } from '../db/connection.ts';
import type { Auth } from './auth.ts';

const DAY_SECONDS = 86_400;

export interface NewKey {
  accountId: string;
  name: string;
  expiresInDays?: number | undefined;
  /** Absent: every model, every address. */
  models?: string[] | undefined;
  ipRanges?: string[] | undefined;
  spendLimit?: SpendLimit | undefined;
}

/** Makes a key. Its `key` is the secret: nobody can read it again. Also for the demo data and for tests. */
export async function createApiKey(
  deps: { auth: Auth; db: Db },
  input: NewKey,
): Promise<StoredKey & { key: string }> {
  const { accountId, name, expiresInDays, models, ipRanges, spendLimit } = input;
  const expiresIn = expiresInDays === undefined ? null : expiresInDays * DAY_SECONDS;
  const { id, key } = await deps.auth.api.createApiKey({ body: { userId: accountId, name, expiresIn } });
  const stored = await changeKey(deps.db, accountId, id, { models, ipRanges, spendLimit });
  if (!stored) throw new Error(`Key ${id} vanished while it was made`);
  return { ...stored, key };
}
