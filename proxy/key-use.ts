import type { Logger } from 'pino';

const FLUSH_MS = 60_000;

/** Remembers which keys were used and writes it down once a minute. Losing a minute of it in a crash is harmless. */
export class KeyUse {
  #used = new Set<string>();
  readonly #write: (keyIds: string[]) => Promise<void>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;

  constructor(write: (keyIds: string[]) => Promise<void>, log: Logger) {
    this.#write = write;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  note(keyId: string): void {
    this.#used.add(keyId);
  }

  async flush(): Promise<void> {
    const keyIds = [...this.#used];
    if (keyIds.length === 0) return;
    this.#used = new Set();
    await this.#write(keyIds).catch((err) => this.#log.warn({ err }, 'The last use of keys was not written'));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
