import type { DatabaseSync } from 'node:sqlite';

/** One attempt to deliver an event; `status` is absent where nobody answered. */
export interface Delivery {
  event: string;
  type: string;
  object: string;
  attempt: number;
  sent_at: number;
  status: number | null;
  error: string | null;
  fault: string | null;
}

export function logDelivery(database: DatabaseSync, delivery: Omit<Delivery, 'type' | 'object'>): void {
  database
    .prepare(
      'insert into deliveries (event_id, attempt, sent_at, status, error, fault) values (?, ?, ?, ?, ?, ?)',
    )
    .run(delivery.event, delivery.attempt, delivery.sent_at, delivery.status, delivery.error, delivery.fault);
}

/** The attempts so far, oldest first; `about` is the id of an event or of the object that it describes. */
export function listDeliveries(database: DatabaseSync, about?: string): Delivery[] {
  const rows = database
    .prepare(
      `select d.event_id as event, json_extract(o.body, '$.type') as type,
         json_extract(o.body, '$.data.object.id') as object, d.attempt, d.sent_at, d.status, d.error, d.fault
       from deliveries d join objects o on o.id = d.event_id
       where ?1 is null or d.event_id = ?1 or json_extract(o.body, '$.data.object.id') = ?1
       order by d.id`,
    )
    .all(about ?? null);
  return rows as unknown as Delivery[];
}
