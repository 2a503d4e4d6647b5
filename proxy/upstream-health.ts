import type { CatalogUpstream } from '../db/catalog.ts';
import { Circuit, type CircuitState, type Permit } from './circuit.ts';

/** How one attempt at an upstream ended. */
export type AttemptEnd =
  | { kind: 'answered' }
  /** It will be there again then. */
  | { kind: 'cooling'; seconds: number }
  | { kind: 'failed' }
  /** Nothing was learned: the caller left first. */
  | { kind: 'abandoned' };

export interface Attempt {
  ended(end: AttemptEnd): void;
}

export interface UpstreamState {
  upstream: string;
  model: string;
  state: CircuitState | 'cooling';
}

export const severity = { closed: 0, cooling: 1, half_open: 2, open: 3 } satisfies Record<
  UpstreamState['state'],
  number
>;

interface Entry {
  upstreamId: string;
  model: string;
  /** With another address or key it is another upstream: what is known of the old one says nothing. */
  identity: string;
  circuit: Circuit;
}

/**
 * What this process knows of its upstreams' health, model by model: limits and mistakes of one model say nothing about
 * the others. One that never failed costs nothing.
 */
export class UpstreamHealth {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  /** Hears of every attempt, for the figures. */
  onEnded: ((upstream: CatalogUpstream, end: AttemptEnd) => void) | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Those that are worth asking, in the order given. All of them when none is: a guess about health never refuses a
   * call, or one caller's odd prompts could lock everybody out.
   */
  worthAsking(upstreams: CatalogUpstream[]): CatalogUpstream[] {
    if (this.#entries.size === 0 || upstreams.length <= 1) return upstreams;
    const nowMs = this.#now();
    const healthy = upstreams.filter((upstream) => this.#find(upstream)?.allows(nowMs) ?? true);
    return healthy.length > 0 ? healthy : upstreams;
  }

  begin(upstream: CatalogUpstream): Attempt {
    const permit = this.#find(upstream)?.begin(this.#now()) ?? 'ordinary';
    let open = true;
    return {
      ended: (end) => {
        if (open) this.#ended(upstream, permit, end);
        open = false;
      },
    };
  }

  /** It broke off after it had begun to answer. */
  brokeOff(upstream: CatalogUpstream): void {
    this.#ended(upstream, 'ordinary', { kind: 'failed' });
  }

  /** Of those that ever failed. */
  states(): UpstreamState[] {
    const nowMs = this.#now();
    return [...this.#entries.values()].map(({ upstreamId, model, circuit }) => ({
      upstream: upstreamId,
      model,
      state: circuit.isCooling(nowMs) ? 'cooling' : circuit.state(nowMs),
    }));
  }

  #ended(upstream: CatalogUpstream, permit: Permit, end: AttemptEnd): void {
    this.onEnded?.(upstream, end);
    if (end.kind === 'answered') this.#find(upstream)?.succeeded(permit);
    else if (end.kind === 'abandoned') this.#find(upstream)?.abandoned(permit);
    else if (end.kind === 'failed') this.#of(upstream).failed(permit, this.#now());
    else this.#of(upstream).coolDown(permit, this.#now() + end.seconds * 1000);
  }

  #find(upstream: CatalogUpstream): Circuit | undefined {
    const entry = this.#entries.get(keyOf(upstream));
    return entry && entry.identity === identityOf(upstream) ? entry.circuit : undefined;
  }

  #of(upstream: CatalogUpstream): Circuit {
    const found = this.#find(upstream);
    if (found) return found;
    const circuit = new Circuit();
    const { id, model } = upstream;
    this.#entries.set(keyOf(upstream), { upstreamId: id, model, identity: identityOf(upstream), circuit });
    return circuit;
  }
}

function keyOf({ id, model }: CatalogUpstream): string {
  return `${id}\n${model}`;
}

function identityOf({ baseUrl, encryptedKey }: CatalogUpstream): string {
  return `${baseUrl}\n${encryptedKey?.toString('base64') ?? ''}`;
}
