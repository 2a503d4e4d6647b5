import type { DatabaseSync } from 'node:sqlite';
import { takeFault } from '../fault-store.ts';
import type { ActiveFault } from '../faults.ts';
import type { Simulator } from '../simulator.ts';
import type { StripeEvent } from '../wire.ts';
import { concerns } from './concerns.ts';

type Hold = ActiveFault<'reorder' | 'sequence'>;
type Held = { id: number; type: string };

/** The fault that keeps this event back until others have come. */
export function takeHold(database: DatabaseSync, event: StripeEvent): Hold | undefined {
  return (
    takeFault(database, 'reorder', (fault) => concerns(fault, event)) ??
    takeFault(database, 'sequence', (fault) => fault.types.includes(event.type))
  );
}

/** Lets the held events go once all that were waited for are there, in the order that the fault asks for. */
export function releaseHeld(simulator: Simulator, hold: Hold): void {
  const { database } = simulator;
  const held = heldBy(database, hold.id);
  if (!isComplete(held, hold)) return;
  const ordered = hold.kind === 'reorder' ? shuffled(held) : sequenced(held, hold.types);
  // Apart in time, because deliveries that leave together arrive in an order nobody chose.
  const apartMs = hold.kind === 'reorder' ? 50 : hold.apart_ms;
  const update = database.prepare('update delivery_queue set held_by = null, due_at = ? where id = ?');
  ordered.forEach(({ id }, index) => {
    update.run(simulator.now() + index * apartMs, id);
  });
}

function heldBy(database: DatabaseSync, fault: number): Held[] {
  const rows = database
    .prepare(
      `select q.id, json_extract(o.body, '$.type') as type from delivery_queue q
       join objects o on o.id = q.event_id where q.held_by = ? order by q.id`,
    )
    .all(fault);
  return rows.map((row) => ({ id: Number(row.id), type: String(row.type) }));
}

function isComplete(held: Held[], hold: Hold): boolean {
  if (hold.kind === 'reorder') return held.length >= hold.hold;
  return hold.types.every((wanted) => held.some(({ type }) => type === wanted));
}

function sequenced(held: Held[], types: readonly string[]): Held[] {
  return held.toSorted((a, b) => types.indexOf(a.type) - types.indexOf(b.type));
}

/** Another order than the given one, for certain. */
function shuffled(held: Held[]): Held[] {
  const order = held
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
  return order.every((item, index) => item === held[index]) ? order.reverse() : order;
}
