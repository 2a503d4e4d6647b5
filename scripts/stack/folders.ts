import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { canEnter, postgresUser } from './system-user.ts';

/** What is big and the same for every checkout of this user. */
export function userCacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'tollgate');
}

/** As root only: places that another user can enter while root's home stays closed. */
export const sharedCacheFolder = '/var/cache/tollgate';

function sharedStateFolder(checkoutFolder: string): string {
  const name = path.basename(path.dirname(checkoutFolder)).replace(/[^\w-]/g, '') || 'checkout';
  const hash = createHash('sha256').update(checkoutFolder).digest('hex').slice(0, 8);
  return path.join('/var/lib/tollgate', `${name}-${hash}`);
}

/**
 * Where Postgres keeps its data: in the state folder, unless Postgres runs as another user who cannot enter it.
 * Data that is already there stays where it is.
 */
export function postgresFolder(stateFolder: string): string {
  const inside = path.join(stateFolder, 'postgres');
  const user = postgresUser(inside);
  if (!user || canEnter(stateFolder, user)) return inside;
  const shared = sharedStateFolder(stateFolder);
  for (const folder of [path.dirname(shared), shared]) makeEnterable(folder);
  return path.join(shared, 'postgres');
}

/** Whatever the umask: others may pass through, not look around. */
export function makeEnterable(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
}
