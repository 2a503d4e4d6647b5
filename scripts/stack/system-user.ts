import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

export interface SystemUser {
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root. Undefined where we are not root: it runs as ourselves. Never makes a user:
 * `postgres` where a package made one, else `nobody`. An existing data folder keeps its owner.
 */
export function postgresUser(dataFolder?: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = dataFolder ? ownerOf(dataFolder) : undefined;
  const user = owner ?? namedUser('postgres') ?? namedUser('nobody');
  if (user) return user;
  throw new Error(
    'Postgres does not run as root and there is no user `postgres` or `nobody`: start as an ordinary user, or set DATABASE_URL.',
  );
}

function ownerOf(folder: string): SystemUser | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

function namedUser(name: string): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
  if (!uid || !gid || uid.status !== 0 || gid.status !== 0) return undefined;
  return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
}

/** Whether that user can enter the folder: a checkout under a home of mode 700 is closed to everybody else. */
export function canEnter(folder: string, user: SystemUser | undefined): boolean {
  const tried = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'test', folder], { cwd: '/', ...user });
  return tried.status === 0;
}
