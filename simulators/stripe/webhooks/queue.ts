import type { DatabaseSync } from 'node:sqlite';
import { takeFault } from '../fault-store.ts';
import type { Simulator } from '../simulator.ts';
import type { StripeEvent } from '../wire.ts';
import { concerns } from './concerns.ts';
import { releaseHeld, takeHold } from './hold.ts';

export interface QueuedDelivery {
  id: number;
  eventId: string;
  attempt: number;
}

/** Puts an event on its way, unless a fault loses, multiplies, slows or holds it. */
export function enqueue(simulator: Simulator, event: StripeEvent): void {
  const { database, webhook } = simulator;
  if (webhook === undefined) return;
  if (!webhook.events.includes('*') && !webhook.events.includes(event.type)) return;
  if (takeFault(database, 'drop', (fault) => concerns(fault, event))) return;
  const copies = takeFault(database, 'duplicate', (fault) => concerns(fault, event))?.copies ?? 1;
  const delay = takeFault(database, 'delay', (fault) => concerns(fault, event))?.ms ?? 0;
  const hold = takeHold(database, event);
  const dueAt = simulator.now() + (hold?.max_wait_ms ?? delay);
  const insert = database.prepare(
    'insert into delivery_queue (event_id, attempt, due_at, held_by) values (?, 1, ?, ?)',
  );
  for (let copy = 0; copy < copies; copy++) insert.run(event.id, dueAt, hold?.id ?? null);
  if (hold !== undefined) releaseHeld(simulator, hold);
}

/** Takes what is due, at most `limit`, so that nobody else sends it. */
export function claimDue(database: DatabaseSync, now: number, limit: number): QueuedDelivery[] {
  const rows = database
    .prepare(
      `update delivery_queue set sending = 1 where id in
         (select id from delivery_queue where sending = 0 and due_at <= ? order by due_at, id limit ?)
       returning id, event_id, attempt`,
    )
    .all(now, limit);
  return rows
    .map((row) => ({ id: Number(row.id), eventId: String(row.event_id), attempt: Number(row.attempt) }))
    .sort((a, b) => a.id - b.id);
}

export function nextDueAt(database: DatabaseSync): number | undefined {
  const row = database.prepare('select min(due_at) as due from delivery_queue where sending = 0').get();
  return typeof row?.due === 'number' ? row.due : undefined;
}

export function finishDelivery(database: DatabaseSync, id: number): void {
  database.prepare('delete from delivery_queue where id = ?').run(id);
}

export function retryDelivery(database: DatabaseSync, item: QueuedDelivery, dueAt: number): void {
  database
    .prepare('update delivery_queue set sending = 0, attempt = ?, due_at = ? where id = ?')
    .run(item.attempt + 1, dueAt, item.id);
}

/** How many deliveries of an event, or of all, have not been accepted yet. */
export function countUndelivered(database: DatabaseSync, eventId?: string): number {
  const row =
    eventId === undefined
      ? database.prepare('select count(*) as n from delivery_queue').get()
      : database.prepare('select count(*) as n from delivery_queue where event_id = ?').get(eventId);
  return Number(row?.n);
}
