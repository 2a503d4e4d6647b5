import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const schema = `
  create table if not exists objects (
    seq integer primary key autoincrement,
    id text not null unique,
    object text not null,
    created integer not null,
    body text not null,
    hidden text not null
  );
  create index if not exists objects_by_kind on objects (object, seq);
  create index if not exists objects_by_payment_intent on objects (object, json_extract(body, '$.payment_intent'));
  create index if not exists open_sessions on objects (json_extract(body, '$.expires_at'))
    where object = 'checkout.session' and json_extract(body, '$.status') = 'open';

  create table if not exists idempotency_keys (
    key text primary key,
    path text not null,
    body_hash text not null,
    status integer not null,
    response text not null,
    request_id text not null
  );

  create table if not exists delivery_queue (
    id integer primary key autoincrement,
    event_id text not null,
    attempt integer not null,
    due_at integer not null,
    held_by integer,
    sending integer not null default 0
  );
  create index if not exists delivery_queue_due on delivery_queue (sending, due_at);

  create table if not exists deliveries (
    id integer primary key autoincrement,
    event_id text not null,
    attempt integer not null,
    sent_at integer not null,
    status integer,
    error text,
    fault text
  );
  create index if not exists deliveries_by_event on deliveries (event_id);

  create table if not exists faults (
    id integer primary key autoincrement,
    kind text not null,
    body text not null,
    remaining integer
  );
`;

/** Opens the state of a simulator: a file in `folder`, or memory that ends with the process. */
export function openDatabase(folder: string | undefined): DatabaseSync {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(folder === undefined ? ':memory:' : path.join(folder, 'stripe.sqlite'));
  // In WAL mode `normal` loses nothing to kill -9; only a power cut could.
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000;');
  database.exec(schema);
  // What was on its way when the process died may or may not have arrived: it is sent again.
  database.exec('update delivery_queue set sending = 0');
  return database;
}

/** Runs `work` in one transaction: all of its writes or none. Nested calls join the outer one. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

/** Forgets everything, as after the first start. */
export function clearDatabase(database: DatabaseSync): void {
  for (const table of ['objects', 'idempotency_keys', 'delivery_queue', 'deliveries', 'faults']) {
    database.exec(`delete from ${table}`);
  }
}
