import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * One supervisor per state folder. The lock is the operating system's on a SQLite file: it ends with its process,
 * also on SIGKILL, so that there is no stale one to judge. Returns undefined when somebody else holds it.
 */
export function takeLock(stateFolder: string): { release(): void } | undefined {
  const database = open(path.join(stateFolder, 'lock'));
  try {
    database.exec('begin exclusive');
  } catch {
    database.close();
    return undefined;
  }
  return { release: () => database.close() };
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch {
    throw new Error(
      `${file} cannot be opened: another user made the folder. Start as that user, or remove the folder with its data.`,
    );
  }
}
