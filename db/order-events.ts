import type { Db, Transaction } from './connection.ts';

/** Who saw it happen. */
export type OrderEventSource = 'customer' | 'webhook' | 'poll' | 'return' | 'support' | 'system';

export type OrderEventKind =
  | 'created'
  | 'link_issued'
  | 'payment_processing'
  | 'payment_seen'
  | 'verified'
  | 'credited'
  | 'expired'
  | 'cancelled'
  | 'failed'
  | 'extended'
  | 'needs_review'
  | 'checked';

export interface OrderEvent {
  kind: OrderEventKind;
  source: OrderEventSource;
  detail: string | null;
  at: Date;
}

export async function addOrderEvent(
  trx: Transaction,
  event: {
    orderId: string;
    accountId: string;
    kind: OrderEventKind;
    source: OrderEventSource;
    detail?: string;
  },
): Promise<void> {
  await trx.raw(
    `insert into order_events (account_id, order_id, kind, source, detail)
     values (:accountId::uuid, :orderId::uuid, :kind::text, :source::text, :detail::text)`,
    { ...event, detail: event.detail ?? null },
  );
}

export async function listOrderEvents(db: Db, orderId: string): Promise<OrderEvent[]> {
  const result = await db.raw<{ rows: OrderEvent[] }>(
    'select kind, source, detail, at from order_events where order_id = :orderId::uuid order by id',
    { orderId },
  );
  return result.rows;
}
