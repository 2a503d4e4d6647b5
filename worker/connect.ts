import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { registerSearchAttributes } from './search-attributes.ts';

export interface TemporalServerName {
  address: string;
  namespace: string;
}

const RETRY_MS = 2_000;

/** Waits for Temporal as long as it takes: a worker that dies at start would only be started again by someone. */
export async function connectToTemporal(
  { address, namespace }: TemporalServerName,
  stopped: AbortSignal,
  logger: Logger,
): Promise<NativeConnection | undefined> {
  while (!stopped.aborted) {
    const connection = await NativeConnection.connect({ address }).catch((err: unknown) => err);
    if (connection instanceof NativeConnection) {
      try {
        await registerSearchAttributes(connection, namespace);
        return connection;
      } catch (err) {
        logger.warn({ err, address, namespace }, 'Temporal is not ready yet; trying again');
        await connection.close();
      }
    } else {
      logger.warn({ err: connection, address }, 'Temporal does not answer; waiting for it');
    }
    await sleep(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
  return undefined;
}
