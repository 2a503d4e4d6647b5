import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { Config } from '../config/config.ts';

// Somebody waits for the answer and can ask again: a Temporal that is away is said to be after a second or two, where
// the client by itself would go on trying for ten.
const CONNECT_MS = 2_000;
const ATTEMPTS = 4;

/** Connects when first used, so that the api starts and runs while Temporal is down. */
export function temporalClient({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }: Config): Client {
  const retries = makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS }));
  const connection = Connection.lazy({ address, connectTimeout: CONNECT_MS, interceptors: [retries] });
  return new Client({ connection, namespace });
}
