import { randomInt } from 'node:crypto';
import type { Catalog, CatalogModel, CatalogUpstream } from '../db/catalog.ts';

export interface ModelsOptions {
  load(): Promise<Catalog>;
  /** False while notifications may be missed: then nothing that was learned may be believed. */
  isLive(): boolean;
}

// setTimeout cannot wait longer; a catalog is read again then, which does no harm.
const MAX_WAIT_MS = 2 ** 31 - 1;

/** The models with their prices and upstreams, in memory while the database says that nothing changed. */
export class Models {
  readonly #options: ModelsOptions;
  #catalog: Catalog | undefined;
  #loading: Promise<Catalog> | undefined;
  #epoch = 0;
  #priceChange: NodeJS.Timeout | undefined;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** The catalog of now. Not a promise when it is known. */
  current(): Catalog | Promise<Catalog> {
    if (this.#catalog && this.#options.isLive()) return this.#catalog;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  changed(): void {
    this.#epoch += 1;
    this.#catalog = undefined;
    this.#loading = undefined;
    clearTimeout(this.#priceChange);
  }

  #load(): Promise<Catalog> {
    const epoch = this.#epoch;
    const loading = this.#options.load().then((catalog) => {
      if (epoch === this.#epoch) this.#keep(catalog);
      return catalog;
    });
    const forget = () => {
      if (this.#loading === loading) this.#loading = undefined;
    };
    loading.then(forget, forget);
    return loading;
  }

  #keep(catalog: Catalog): void {
    this.#catalog = catalog;
    clearTimeout(this.#priceChange);
    if (catalog.changesInMs === undefined) return;
    this.#priceChange = setTimeout(() => this.changed(), Math.min(catalog.changesInMs + 1, MAX_WAIT_MS));
    this.#priceChange.unref();
  }
}

/** The order in which the upstreams of a model are tried: by priority, among equals drawn by weight. */
export function upstreamsInOrder({ upstreams }: CatalogModel): CatalogUpstream[] {
  if (upstreams.length <= 1) return upstreams;
  const drawn = upstreams.map((upstream) => ({ upstream, draw: drawFor(upstream.weight) }));
  drawn.sort((a, b) => a.upstream.priority - b.upstream.priority || a.draw - b.draw);
  return drawn.map(({ upstream }) => upstream);
}

/** Exponential with the weight as its rate: the smallest of such draws is each one's in proportion to its weight. */
function drawFor(weight: number): number {
  const PRECISION = 2 ** 40;
  return -Math.log((randomInt(PRECISION) + 1) / (PRECISION + 1)) / weight;
}
