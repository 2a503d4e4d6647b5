import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { resourceMissing } from './stripe-error.ts';
import type { StripeObject } from './wire.ts';

/** Fields of an object that a list is filtered by, e.g. `{ payment_intent: 'pi_…' }`; any of several values. */
export type Filter = Record<string, string | string[] | undefined>;

export interface Page {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
  createdFrom?: number | undefined;
  createdTo?: number | undefined;
}

export type ObjectStore = ReturnType<typeof objectStore>;

type Created = StripeObject & { created: number };

/** Every Stripe object as a JSON document. `hidden` is what the API never shows, such as a session's line items. */
export function objectStore(database: DatabaseSync) {
  return {
    ...writers(database),
    ...readers(database),
    /** Newest first; one more than `limit` where there are more. */
    page: <T extends StripeObject>(kind: string, filter: Filter, page: Page): T[] =>
      selectPage<T>(database, kind, filter, page),
  };
}

function writers(database: DatabaseSync) {
  const insert = database.prepare(
    'insert into objects (id, object, created, body, hidden) values (?, ?, ?, ?, ?)',
  );
  const update = database.prepare('update objects set body = ? where id = ?');
  const hide = database.prepare('update objects set hidden = json_patch(hidden, ?) where id = ?');
  return {
    insert<T extends Created>(value: T, hidden: object = {}): T {
      insert.run(value.id, value.object, value.created, JSON.stringify(value), JSON.stringify(hidden));
      return value;
    },
    replace<T extends StripeObject>(value: T): T {
      update.run(JSON.stringify(value), value.id);
      return value;
    },
    /** Adds to what the API never shows. */
    hide(id: string, more: object): void {
      hide.run(JSON.stringify(more), id);
    },
  };
}

function readers(database: DatabaseSync) {
  const select = database.prepare('select body, hidden from objects where id = ?');
  const expired = database.prepare(
    `select body from objects where object = 'checkout.session' and json_extract(body, '$.status') = 'open'
     and json_extract(body, '$.expires_at') <= ?`,
  );
  const findAny = (id: string): StripeObject | undefined => {
    const row = select.get(id);
    return row === undefined ? undefined : (JSON.parse(String(row.body)) as StripeObject);
  };
  const find = <T extends StripeObject>(kind: T['object'], id: string): T | undefined => {
    const found = findAny(id);
    return found?.object === kind ? (found as T) : undefined;
  };
  return {
    findAny,
    find,
    /** `param` names the parameter that held the id, for the error. */
    get<T extends StripeObject>(kind: T['object'], id: string, param?: string): T {
      const found = find<T>(kind, id);
      if (found === undefined) throw resourceMissing(kind, id, param);
      return found;
    },
    hidden(id: string): unknown {
      return JSON.parse(String(select.get(id)?.hidden ?? '{}'));
    },
    openSessionsExpiredBy<T extends StripeObject>(second: number): T[] {
      return expired.all(second).map((row) => JSON.parse(String(row.body)) as T);
    },
  };
}

function selectPage<T>(database: DatabaseSync, kind: string, filter: Filter, page: Page): T[] {
  const conditions = ['object = ?'];
  const values: SQLInputValue[] = [kind];
  const add = (condition: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  for (const [field, value] of Object.entries(filter)) {
    if (!Array.isArray(value)) add(`json_extract(body, '$.${field}') = ?`, value);
    else add(`json_extract(body, '$.${field}') in (select value from json_each(?))`, JSON.stringify(value));
  }
  add('created >= ?', page.createdFrom);
  add('created <= ?', page.createdTo);
  add('seq < (select seq from objects where id = ?)', page.after);
  add('seq > (select seq from objects where id = ?)', page.before);
  // A page before an object is the one next to it, so it is read from there and turned round.
  const order = page.before === undefined ? 'desc' : 'asc';
  const sql = `select body from objects where ${conditions.join(' and ')} order by seq ${order} limit ?`;
  const rows = database.prepare(sql).all(...values, page.limit + 1);
  return rows.map((row) => JSON.parse(String(row.body)) as T);
}
