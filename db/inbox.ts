import { v7 as uuidv7 } from 'uuid';
import type { ProviderName } from '../billing/orders.ts';
import type { Db, Transaction } from './connection.ts';

export type InboxStatus = 'stored' | 'processed' | 'ignored' | 'unmatched' | 'needs_review';

export interface InboxEvent {
  id: string;
  provider: ProviderName;
  eventId: string;
  status: InboxStatus;
}

/** Keeps a verified event, once however often it is delivered. Answers the row that is there now. */
export async function storeEvent(
  db: Db,
  event: {
    provider: ProviderName;
    eventId: string;
    type: string;
    payload: unknown;
    status: 'stored' | 'ignored';
    /** What it says of which charge, where it is about one. */
    chargeId?: string | undefined;
    chargeStatus?: string | undefined;
  },
): Promise<InboxEvent> {
  const result = await db.raw<{ rows: InboxEvent[] }>(
    `with stored as (
       insert into inbox_events (id, provider, event_id, type, payload, status, charge_id, charge_status)
       values (:id::uuid, :provider::text, :eventId::text, :type::text, :payload::jsonb, :status::text,
         :chargeId::uuid, :chargeStatus::text)
       on conflict (provider, event_id) do nothing
       returning id, provider, event_id as "eventId", status
     )
     select * from stored
     union all
     select id, provider, event_id, status from inbox_events
      where provider = :provider::text and event_id = :eventId::text
     limit 1`,
    {
      ...event,
      id: uuidv7(),
      payload: JSON.stringify(event.payload),
      chargeId: event.chargeId ?? null,
      chargeStatus: event.chargeStatus ?? null,
    },
  );
  const [row] = result.rows;
  // Another delivery stored it after our snapshot was taken: the next statement sees it.
  return row ?? storeEvent(db, event);
}

export async function readEvent(
  trx: Transaction,
  inboxEventId: string,
): Promise<(InboxEvent & { payload: unknown }) | undefined> {
  const result = await trx.raw<{ rows: (InboxEvent & { payload: unknown })[] }>(
    `select id, provider, event_id as "eventId", status, payload from inbox_events
      where id = :inboxEventId::uuid for update`,
    { inboxEventId },
  );
  return result.rows[0];
}

export async function markEvent(
  trx: Transaction,
  mark: { inboxEventId: string; status: InboxStatus; outcome: string; orderId: string | null },
): Promise<void> {
  await trx.raw(
    `update inbox_events set status = :status::text, outcome = :outcome::text, order_id = :orderId::uuid,
       processed_at = now()
     where id = :inboxEventId::uuid`,
    mark,
  );
}

/** It says what was booked before. */
export async function markKnown(db: Db, inboxEventId: string): Promise<void> {
  await db.raw(
    `update inbox_events set status = 'processed', outcome = 'known', processed_at = now()
      where id = :inboxEventId::uuid and status = 'stored'`,
    { inboxEventId },
  );
}

/**
 * Events about charges that were decided since: the answer was on its way when they came. Returns how many.
 */
export async function markKnownCharges(db: Db): Promise<number> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `update inbox_events i set status = 'processed', outcome = 'known', processed_at = now()
       from charges c
      where i.status = 'stored' and i.charge_id = c.id and c.status = i.charge_status returning i.id`,
  );
  return rows.length;
}

/** Stored, but not worked on: Temporal was down when they came, or their workflow was lost. */
export async function listForgottenEvents(db: Db, limit: number): Promise<InboxEvent[]> {
  const result = await db.raw<{ rows: InboxEvent[] }>(
    `select id, provider, event_id as "eventId", status from inbox_events
      where status = 'stored'
        and received_at < now() - case when charge_id is null then interval '5 seconds' else interval '30 seconds' end
      order by received_at limit :limit::integer`,
    { limit },
  );
  return result.rows;
}
