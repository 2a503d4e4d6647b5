import type { Db } from '../db/connection.ts';

// Of 16 MB: what a minute of calls writes.
const SEGMENTS = 48;

/**
 * Puts Postgres where it is after its first checkpoints: segments of its log lie ready to be written again. A new one is
 * filled with zeros first, and for that time (50 ms here) no transaction commits.
 */
export async function warmWal(db: Db): Promise<void> {
  for (let made = 0; made < SEGMENTS; made++) {
    await db.raw(`select pg_logical_emit_message(false, 'bench', '')`);
    await db.raw('select pg_switch_wal()');
  }
  await db.raw('checkpoint');
}
