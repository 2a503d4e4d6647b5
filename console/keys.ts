import type { ApiKey } from '../api/schemas/keys.ts';

export type KeyState = 'active' | 'expired' | 'revoked';

export function keyState(key: Pick<ApiKey, 'revoked_at' | 'expires_at'>, now: number): KeyState {
  if (key.revoked_at) return 'revoked';
  return key.expires_at && Date.parse(key.expires_at) <= now ? 'expired' : 'active';
}

/** Usable keys first, newest first among equals. */
export function sortKeys<Key extends Pick<ApiKey, 'revoked_at' | 'expires_at' | 'created_at'>>(
  keys: readonly Key[],
  now: number,
): Key[] {
  const rank = (key: Key) => (keyState(key, now) === 'active' ? 0 : 1);
  return keys.toSorted((a, b) => rank(a) - rank(b) || Date.parse(b.created_at) - Date.parse(a.created_at));
}
