import type { LimitAnswer } from '../../db/metering.ts';
import { MeterModel } from './meter-model.ts';

/** main, backup, voucher, wallet: the pools of the account, in spend order. */
export const limitedPools = ['main', 'backup', 'voucher', 'wallet'] as const;
const PLAN_POOLS = 2;

export interface ModelLimits {
  costNanos: bigint;
  walletPays: boolean;
  /** Each may be absent. */
  caps: Partial<Record<'daily_cap' | 'weekly_cap' | 'plan_budget' | 'key_limit', bigint>>;
}

type Scope = keyof ModelLimits['caps'];

interface Counted {
  amounts: Partial<Record<Scope, bigint>>;
}

const answers: Record<Scope, LimitAnswer> = {
  daily_cap: 'daily_cap_reached',
  weekly_cap: 'weekly_cap_reached',
  plan_budget: 'plan_budget_exhausted',
  key_limit: 'key_limit_reached',
};

/** Calls under limits in plain arithmetic, one after the other. */
export class LimitsModel {
  readonly meter: MeterModel;
  readonly windows = new Map<Scope, { used: bigint; held: bigint }>();
  readonly #counted = new Map<string, Counted>();

  constructor(amounts: readonly bigint[]) {
    this.meter = new MeterModel(amounts);
  }

  /** Whether it would be held if no call were running. */
  wouldFit(amount: bigint, { caps, costNanos, walletPays }: ModelLimits): boolean {
    const posted = this.meter.pools.map((pool) => pool.posted);
    if (!walletPays) posted[3] = 0n;
    const left = (scope: Scope) => (caps[scope] ?? 0n) - (this.windows.get(scope)?.used ?? 0n);
    let room = sum(posted.slice(0, PLAN_POOLS));
    for (const scope of ['daily_cap', 'weekly_cap'] as const)
      if (caps[scope] !== undefined) room = min(room, left(scope));
    if (caps.plan_budget !== undefined && costNanos > 0n)
      room = min(room, floorDivide(left('plan_budget') * amount, costNanos));
    const own = sum(posted.slice(PLAN_POOLS));
    if (caps.key_limit !== undefined && left('key_limit') < amount) return false;
    return (room > 0n ? room : 0n) + own >= amount;
  }

  hold(id: string, amount: bigint, limits: ModelLimits): string {
    if (this.meter.isHeld(id)) return 'ok';
    for (const scope of Object.keys(limits.caps) as Scope[])
      if (!this.windows.has(scope)) this.windows.set(scope, { used: 0n, held: 0n });
    const free = this.meter.pools.map(({ posted, held }) => posted - held);
    if (!limits.walletPays) free[3] = 0n;
    const planFree = sum(free.slice(0, PLAN_POOLS));
    const own = sum(free.slice(PLAN_POOLS));
    const rooms = this.#rooms(amount, limits);
    const planRoom = rooms.reduce((least, [, room]) => min(least, room), planFree);
    const missing = planRoom + own < amount;
    const capped = rooms.find(([, room]) => room === planRoom);
    if (missing && planRoom < min(planFree, amount) && capped) return answers[capped[0]];
    if (this.#left('key_limit', limits, amount) < amount) return answers.key_limit;
    if (missing) return 'refused';
    this.#take(id, amount, planRoom, free, limits);
    return 'ok';
  }

  settle(calls: readonly { id: string; chargeNanos: bigint; costNanos: bigint }[]): void {
    const counted = calls.filter(({ id }) => this.meter.isHeld(id));
    this.meter.settle(counted);
    for (const { id, chargeNanos, costNanos } of counted) {
      const paid = this.meter.paidFrom.get(id) ?? [];
      const plan = sum(paid.slice(0, PLAN_POOLS));
      const uses: Record<Scope, bigint> = {
        daily_cap: plan,
        weekly_cap: plan,
        plan_budget: plan === 0n ? 0n : ceilDivide(costNanos * plan, chargeNanos),
        key_limit: sum(paid),
      };
      for (const [scope, amount] of Object.entries(this.#counted.get(id)?.amounts ?? {})) {
        const window = this.windows.get(scope as Scope)!;
        window.held -= amount;
        window.used += uses[scope as Scope];
      }
      this.#counted.delete(id);
    }
  }

  /** How much of the call each cap on the plan lets through, in the order in which they are named. */
  #rooms(amount: bigint, limits: ModelLimits): [Scope, bigint][] {
    const { caps, costNanos } = limits;
    const rooms: [Scope, bigint][] = [];
    for (const scope of ['daily_cap', 'weekly_cap'] as const)
      if (caps[scope] !== undefined) rooms.push([scope, this.#left(scope, limits, 0n)]);
    if (caps.plan_budget !== undefined && costNanos > 0n)
      rooms.push(['plan_budget', (this.#left('plan_budget', limits, 0n) * amount) / costNanos]);
    return rooms;
  }

  #left(scope: Scope, { caps }: ModelLimits, unlimited: bigint): bigint {
    const cap = caps[scope];
    const window = this.windows.get(scope);
    if (cap === undefined || !window) return unlimited;
    const left = cap - window.used - window.held;
    return left > 0n ? left : 0n;
  }

  #take(id: string, amount: bigint, planRoom: bigint, free: bigint[], limits: ModelLimits): void {
    let left = amount;
    let planLeft = min(planRoom, amount);
    const amounts = free.map((nanos, i) => {
      const taken = min(nanos, i < PLAN_POOLS ? planLeft : left);
      if (i < PLAN_POOLS) planLeft -= taken;
      left -= taken;
      return taken;
    });
    this.meter.holdFrom(id, amounts, [true, true, true, limits.walletPays]);
    const plan = sum(amounts.slice(0, PLAN_POOLS));
    const held: Record<Scope, bigint> = {
      daily_cap: plan,
      weekly_cap: plan,
      plan_budget: plan === 0n ? 0n : ceilDivide(limits.costNanos * plan, amount),
      key_limit: amount,
    };
    const counted: Counted = { amounts: {} };
    for (const scope of Object.keys(limits.caps) as Scope[]) {
      counted.amounts[scope] = held[scope];
      this.windows.get(scope)!.held += held[scope];
    }
    this.#counted.set(id, counted);
  }
}

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const min = (a: bigint, b: bigint) => (a < b ? a : b);
const ceilDivide = (a: bigint, b: bigint) => (a + b - 1n) / b;
// Division of bigint cuts towards zero.
const floorDivide = (a: bigint, b: bigint) => (a < 0n ? -ceilDivide(-a, b) : a / b);
