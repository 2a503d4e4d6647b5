import type { Socket } from 'node:net';
import type pg from 'pg';

/** Longer than `statement_timeout`: a server that works says something before. */
export const SILENCE_MS = 35_000;

/**
 * Hangs up on a server that owes an answer and says nothing for so long: it is frozen, or cut off without notice, and
 * its own time-out will not come. What the transaction did is gone with the connection, also when the server wakes up.
 */
export function hangUpOnSilence(client: pg.ClientBase, silenceMs = SILENCE_MS): void {
  // Not in pg's types: the socket below, and whether an answer is awaited.
  const inner = client as unknown as { connection: { stream: Socket }; readyForQuery: boolean | null };
  const { stream } = inner.connection;
  stream.setTimeout(silenceMs, () => {
    if (inner.readyForQuery === false) stream.destroy(silentPostgres());
  });
}

/** Reads as an outage, like any other error of the network. */
export function silentPostgres(): Error {
  return Object.assign(new Error('Postgres is silent'), { code: 'ETIMEDOUT' });
}
