/** Holds and settlements of one account in plain arithmetic: what the database must agree with. */
export interface ModelPool {
  order: number;
  posted: bigint;
  held: bigint;
  open: boolean;
}

interface ModelHold {
  parts: { pool: ModelPool; nanos: bigint }[];
  /** Of the pools, which may pay what the call costs beyond its hold. */
  payers: readonly boolean[];
}

/** `waits`: refused, because of what other calls hold. */
export type ModelAnswer = 'ok' | 'refused' | 'waits';

export class MeterModel {
  /** In the order in which they are spent. */
  readonly pools: ModelPool[];
  readonly charged = new Map<string, { paid: bigint; uncollected: bigint }>();
  /** What each charged call took from each pool, by the pool's place in the order. */
  readonly paidFrom = new Map<string, bigint[]>();
  readonly #holds = new Map<string, ModelHold>();

  constructor(amounts: readonly bigint[]) {
    this.pools = amounts.map((posted, order) => ({ order, posted, held: 0n, open: true }));
  }

  settle(calls: readonly { id: string; chargeNanos: bigint }[]): void {
    const counted = calls.filter(({ id }) => this.#holds.has(id));
    for (const { id } of counted)
      this.paidFrom.set(
        id,
        this.pools.map(() => 0n),
      );
    const overruns = counted.map((call) => ({
      id: call.id,
      payers: this.#holds.get(call.id)!.payers,
      left: this.#payFromHold(call.id, call.chargeNanos),
    }));
    for (const { id, left, payers } of overruns) {
      let missing = left;
      for (const { pool, nanos } of this.#draw(missing, payers)) {
        this.#pay(id, pool, nanos);
        missing -= nanos;
      }
      const charge = counted.find((call) => call.id === id)?.chargeNanos ?? 0n;
      this.charged.set(id, { paid: charge - missing, uncollected: missing });
    }
  }

  hold(calls: readonly { id: string; amountNanos: bigint }[]): ModelAnswer[] {
    return calls.map(({ id, amountNanos }) => {
      if (this.#holds.has(id)) return 'ok';
      if (amountNanos > this.#available()) return amountNanos > this.#posted() ? 'refused' : 'waits';
      this.#take(id, amountNanos);
      return 'ok';
    });
  }

  isHeld(id: string): boolean {
    return this.#holds.has(id);
  }

  /** Holds what somebody else decided, by the pool's place in the order. */
  holdFrom(id: string, amounts: readonly bigint[], payers: readonly boolean[]): void {
    const parts = this.pools.map((pool, i) => ({ pool, nanos: amounts[i] ?? 0n }));
    for (const { pool, nanos } of parts) pool.held += nanos;
    this.#holds.set(id, { parts, payers });
  }

  #pay(id: string, pool: ModelPool, nanos: bigint): void {
    pool.posted -= nanos;
    const paid = this.paidFrom.get(id);
    if (paid) paid[pool.order] = (paid[pool.order] ?? 0n) + nanos;
  }

  #take(id: string, amountNanos: bigint): void {
    const payers = this.pools.map(() => true);
    const parts = this.#draw(amountNanos, payers);
    for (const { pool, nanos } of parts) pool.held += nanos;
    this.#holds.set(id, { parts, payers });
  }

  /** Returns what the hold did not cover. */
  #payFromHold(id: string, charge: bigint): bigint {
    let left = charge;
    for (const { pool, nanos } of this.#holds.get(id)?.parts ?? []) {
      const paid = smaller(nanos, left);
      pool.held -= nanos;
      this.#pay(id, pool, paid);
      left -= paid;
    }
    this.#holds.delete(id);
    return left;
  }

  #draw(amount: bigint, payers: readonly boolean[]): { pool: ModelPool; nanos: bigint }[] {
    let left = amount;
    const parts: { pool: ModelPool; nanos: bigint }[] = [];
    for (const pool of this.pools.filter(({ open, order }) => open && payers[order])) {
      const free = pool.posted - pool.held;
      const nanos = smaller(free, left);
      if (nanos > 0n) parts.push({ pool, nanos });
      left -= nanos > 0n ? nanos : 0n;
    }
    return parts;
  }

  #posted(): bigint {
    return this.pools.reduce((sum, { open, posted }) => sum + (open ? posted : 0n), 0n);
  }

  #available(): bigint {
    return this.pools.reduce((sum, { open, posted, held }) => sum + (open ? posted - held : 0n), 0n);
  }
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
