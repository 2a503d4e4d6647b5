export type CircuitState = 'closed' | 'open' | 'half_open';

/** What is said of an attempt when it ends: only the probe decides about a circuit that was open. */
export type Permit = 'ordinary' | 'probe';

// Five in a row: it is down. Half of twenty: it answers now and then.
const FAILURES_IN_A_ROW = 5;
const WINDOW = 20;
const FAILURES_IN_WINDOW = 10;
const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 60_000;

/**
 * Whether an upstream is worth asking. Closed: yes. Open: not until a pause is over, which doubles with every probe that
 * fails. Half open: one call probes, the others go elsewhere. Beside that it cools down when it said for how long.
 */
export class Circuit {
  /** The latest outcomes, newest in the lowest bit; 1 is a failure. */
  #recent = 0;
  #outcomes = 0;
  /** Probes that failed since it opened, and one: 0 is closed. */
  #openings = 0;
  #openUntilMs = 0;
  #coolUntilMs = 0;
  #probing = false;

  state(nowMs: number): CircuitState {
    if (this.#openings === 0) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'half_open';
  }

  isCooling(nowMs: number): boolean {
    return nowMs < this.#coolUntilMs;
  }

  /** A call should go there. */
  allows(nowMs: number): boolean {
    if (this.isCooling(nowMs)) return false;
    const state = this.state(nowMs);
    return state === 'closed' || (state === 'half_open' && !this.#probing);
  }

  /** A call goes there, be it because nothing else is left. */
  begin(nowMs: number): Permit {
    if (this.state(nowMs) !== 'half_open' || this.#probing) return 'ordinary';
    this.#probing = true;
    return 'probe';
  }

  succeeded(permit: Permit): void {
    if (permit === 'probe') this.#close();
    else if (this.#openings === 0) this.#remember(0);
  }

  failed(permit: Permit, nowMs: number): void {
    if (permit === 'probe') this.#open(nowMs);
    // What began before it opened says nothing new.
    else if (this.#openings === 0) {
      this.#remember(1);
      if (this.#isTooMuch()) this.#open(nowMs);
    }
  }

  /** It asked to be left alone for so long. */
  coolDown(permit: Permit, untilMs: number): void {
    this.abandoned(permit);
    this.#coolUntilMs = Math.max(this.#coolUntilMs, untilMs);
  }

  /** The caller left before anything was learned. */
  abandoned(permit: Permit): void {
    if (permit === 'probe') this.#probing = false;
  }

  #remember(failure: 0 | 1): void {
    this.#recent = ((this.#recent << 1) | failure) & ((1 << WINDOW) - 1);
    this.#outcomes += 1;
  }

  #isTooMuch(): boolean {
    const row = (1 << FAILURES_IN_A_ROW) - 1;
    if ((this.#recent & row) === row) return true;
    return this.#outcomes >= WINDOW && ones(this.#recent) >= FAILURES_IN_WINDOW;
  }

  #open(nowMs: number): void {
    this.#probing = false;
    this.#openUntilMs = nowMs + Math.min(FIRST_OPEN_MS * 2 ** this.#openings, LONGEST_OPEN_MS);
    this.#openings += 1;
  }

  #close(): void {
    this.#probing = false;
    this.#openings = 0;
    this.#recent = 0;
    this.#outcomes = 0;
  }
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}
