import type { DatabaseSync } from 'node:sqlite';
import { type ActiveFault, type Fault, faultSchema } from './faults.ts';

export interface FaultListing {
  id: number;
  fault: Fault;
  /** `null`: for ever. */
  remaining: number | null;
}

/** Faults live in the database, so that a standing one survives a restart of the simulator. */
export function addFault(database: DatabaseSync, fault: Fault): number {
  // These strike once for every event that they hold.
  const held = fault.kind === 'reorder' ? fault.hold : fault.kind === 'sequence' ? fault.types.length : 1;
  const remaining = fault.times === null ? null : fault.times * held;
  const sql = 'insert into faults (kind, body, remaining) values (?, ?, ?) returning id';
  return Number(database.prepare(sql).get(fault.kind, JSON.stringify(fault), remaining)?.id);
}

export function listFaults(database: DatabaseSync): FaultListing[] {
  const rows = database.prepare('select id, body, remaining from faults order by id').all();
  return rows.map((row) => ({
    id: Number(row.id),
    fault: faultSchema.parse(JSON.parse(String(row.body))),
    remaining: row.remaining === null ? null : Number(row.remaining),
  }));
}

/** Uses up one strike of the oldest fault of this kind that matches. */
export function takeFault<K extends Fault['kind']>(
  database: DatabaseSync,
  kind: K,
  matches: (fault: ActiveFault<K>) => boolean = () => true,
): ActiveFault<K> | undefined {
  const rows = database.prepare('select id, body from faults where kind = ? order by id').all(kind);
  const found = rows
    .map((row) => ({ ...(JSON.parse(String(row.body)) as Extract<Fault, { kind: K }>), id: Number(row.id) }))
    .find(matches);
  if (found === undefined) return undefined;
  database.prepare('update faults set remaining = remaining - 1 where id = ?').run(found.id);
  database.prepare('delete from faults where id = ? and remaining <= 0').run(found.id);
  return found;
}

export function removeFaults(database: DatabaseSync, id?: number): number {
  const result =
    id === undefined
      ? database.prepare('delete from faults').run()
      : database.prepare('delete from faults where id = ?').run(id);
  return Number(result.changes);
}

/** `*` stands for any text; everything else for itself. */
export function matchesPattern(pattern: string, value: string): boolean {
  const source = pattern.replaceAll(/[^\w*]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(value);
}
