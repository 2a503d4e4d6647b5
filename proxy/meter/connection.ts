import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { type FlushAnswer, skipLocked } from '../../db/metering.ts';
import { databaseUnavailable, isLockTimeout, isLoss } from './outage.ts';

const RECONNECT_MS = 200;

/** The one connection of a committer. Comes back by itself when it is lost, also while nobody waits for it. */
export class MeterConnection {
  readonly #connect: () => Promise<pg.Client>;
  readonly #log: Logger;
  #client: pg.Client | undefined;
  #recovery: Promise<void> | undefined;
  /** Somebody holds locks for long: pass those accounts over until they are free. */
  #skipping = false;
  #closed = false;

  constructor(connect: () => Promise<pg.Client>, log: Logger) {
    this.#connect = connect;
    this.#log = log;
  }

  get available(): boolean {
    return this.#client !== undefined;
  }

  /** Runs one flush. Throws what the database said; a connection that is of no use any more is dropped. */
  async flush(send: (client: pg.Client) => Promise<FlushAnswer[]>): Promise<FlushAnswer[]> {
    const client = this.#client;
    if (!client) throw databaseUnavailable();
    try {
      const answers = await this.#sendPastLocks(client, send);
      if (this.#skipping && !answers.some(({ answer }) => answer === 'locked'))
        await this.#skip(client, false);
      return answers;
    } catch (error) {
      if (isLoss(error)) this.#lose(client);
      throw error;
    }
  }

  async #sendPastLocks(client: pg.Client, send: (client: pg.Client) => Promise<FlushAnswer[]>) {
    try {
      return await send(client);
    } catch (error) {
      if (!isLockTimeout(error) || this.#skipping) throw error;
      this.#log.warn('Somebody holds the locks of an account: its calls wait, the others go on');
      await this.#skip(client, true);
      return send(client);
    }
  }

  async #skip(client: pg.Client, skip: boolean): Promise<void> {
    await skipLocked(client, skip);
    this.#skipping = skip;
  }

  /** Resolves when there is a connection, or when none is wanted any more. */
  recover(): Promise<void> {
    if (this.#client) return Promise.resolve();
    this.#recovery ??= this.#reconnect().finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end();
  }

  async #reconnect(): Promise<void> {
    while (!this.#client && !this.#closed) {
      try {
        const client = await this.#connect();
        client.on('error', () => this.#lose(client));
        client.on('end', () => this.#lose(client));
        this.#skipping = false;
        this.#client = client;
      } catch (error) {
        this.#log.warn({ err: error }, 'The database does not answer');
        await wait(RECONNECT_MS);
      }
    }
  }

  #lose(client: pg.Client): void {
    client.connection.stream.destroy();
    if (this.#client !== client) return;
    this.#client = undefined;
    void this.recover();
  }
}
