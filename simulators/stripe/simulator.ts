import type { DatabaseSync } from 'node:sqlite';
import type { ObjectStore } from './objects.ts';
import type { EventRequest } from './wire.ts';

export interface WebhookEndpoint {
  url: string;
  /** `whsec_…`; the whole string is the key of the signature. */
  secret: string;
  /** Event types to deliver; `['*']` for all. */
  events: readonly string[];
}

/** What every part of the simulator works on. */
export interface Simulator {
  readonly secretKey: string;
  readonly database: DatabaseSync;
  readonly objects: ObjectStore;
  /** Delays between delivery attempts are multiplied by this. */
  readonly timeScale: number;
  /** Where the hosted page is reached, without a slash at the end. */
  publicUrl: string;
  webhook: WebhookEndpoint | undefined;
  /** The API request that is being answered: events carry it. */
  request: EventRequest | null;
  /** Milliseconds since 1970. */
  now(): number;
  /** Makes changes all or none, then lets waiting webhooks go. */
  change: <T>(work: () => T) => T;
}

export function nowInSeconds(simulator: Simulator): number {
  return Math.floor(simulator.now() / 1000);
}
