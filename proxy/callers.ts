import { LRUCache } from 'lru-cache';
import type { KeySnapshot } from '../db/keys.ts';

export interface CallersOptions {
  find(keyHash: string): Promise<KeySnapshot | undefined>;
  /** False while notifications may be missed: then nothing that was learned may be believed. */
  isLive(): boolean;
}

const MAX_KNOWN = 100_000;
const MAX_UNKNOWN = 10_000;
// Nothing is notified when a key is made, so a "no" is remembered only long enough to blunt a broken client.
const UNKNOWN_TTL_MS = 1_000;

/** Who calls, by the hash of the key. Answers from memory while the database says that nothing changed. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #known = new LRUCache<string, KeySnapshot>({ max: MAX_KNOWN });
  readonly #unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN, ttl: UNKNOWN_TTL_MS });
  readonly #lookups = new Map<string, Promise<KeySnapshot | undefined>>();
  /** Raised by every change: an answer that was asked for before it must not be kept. */
  #epoch = 0;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  get(keyHash: string): KeySnapshot | undefined | Promise<KeySnapshot | undefined> {
    if (this.#options.isLive()) {
      const known = this.#known.get(keyHash);
      if (known) return known;
      if (this.#unknown.has(keyHash)) return undefined;
    }
    return this.#lookups.get(keyHash) ?? this.#lookUp(keyHash);
  }

  keyChanged(keyHash: string): void {
    this.#changed();
    this.#known.delete(keyHash);
    this.#unknown.delete(keyHash);
  }

  accountChanged(accountId: string): void {
    this.#changed();
    for (const [keyHash, snapshot] of this.#known.entries())
      if (snapshot.accountId === accountId) this.#known.delete(keyHash);
  }

  forgetAll(): void {
    this.#changed();
    this.#known.clear();
    this.#unknown.clear();
  }

  #changed(): void {
    this.#epoch += 1;
    this.#lookups.clear();
  }

  #lookUp(keyHash: string): Promise<KeySnapshot | undefined> {
    const epoch = this.#epoch;
    const lookup = this.#options.find(keyHash).then((snapshot) => {
      if (epoch === this.#epoch && this.#options.isLive()) this.#remember(keyHash, snapshot);
      return snapshot;
    });
    this.#lookups.set(keyHash, lookup);
    const forget = () => {
      if (this.#lookups.get(keyHash) === lookup) this.#lookups.delete(keyHash);
    };
    lookup.then(forget, forget);
    return lookup;
  }

  #remember(keyHash: string, snapshot: KeySnapshot | undefined): void {
    if (snapshot) this.#known.set(keyHash, snapshot);
    else this.#unknown.set(keyHash, true);
  }
}
