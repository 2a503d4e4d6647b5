import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

export interface ListenHandlers {
  /** A notification came. */
  onNotification(channel: string, payload: string): void;
  /** Notifications may have been missed: forget what was learned before. Called at each (re)connection. */
  onGap(): void;
  onError(error: unknown): void;
}

// A silent connection is found dead within two of these, so that a revoked key is refused within a second.
const HEARTBEAT_MS = 400;
const RECONNECT_MS = 200;

/** Keeps one connection that listens. `live` says whether everything that is notified arrives here. */
export class Listener {
  #live = false;
  #closed = false;
  #client: pg.Client | undefined;
  readonly #url: string;
  readonly #channels: readonly string[];
  readonly #handlers: ListenHandlers;
  #loop: Promise<void> | undefined;

  constructor(url: string, channels: readonly string[], handlers: ListenHandlers) {
    this.#url = url;
    this.#channels = channels;
    this.#handlers = handlers;
  }

  get live(): boolean {
    return this.#live;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client?.connection.stream.destroy();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#listenUntilLost();
      } catch (error) {
        if (!this.#closed) this.#handlers.onError(error);
      }
      this.#live = false;
      if (!this.#closed) await wait(RECONNECT_MS);
    }
  }

  async #listenUntilLost(): Promise<void> {
    const client = this.#makeClient();
    this.#client = client;
    try {
      await client.connect();
      for (const channel of this.#channels) await client.query(`listen ${channel}`);
      this.#handlers.onGap();
      this.#live = true;
      while (!this.#closed) {
        await wait(HEARTBEAT_MS);
        await client.query('select 1');
      }
    } finally {
      // Not `end()`, which waits for a goodbye that a dead network never sends.
      client.connection.stream.destroy();
    }
  }

  #makeClient(): pg.Client {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'tollgate-listen',
      connectionTimeoutMillis: 3_000,
      query_timeout: HEARTBEAT_MS,
      keepAlive: true,
    });
    const lost = () => {
      if (this.#client === client) this.#live = false;
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel, payload }) =>
      this.#handlers.onNotification(channel, payload ?? ''),
    );
    return client;
  }
}
