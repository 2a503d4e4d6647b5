import type { ProviderName } from '../billing/orders.ts';
import type { Db } from './connection.ts';

export interface RemovedCard {
  id: string;
  provider: ProviderName;
  methodRef: string;
}

/** Cards that their customers removed and these providers still have. */
export async function listRemovedCards(db: Db, providers: ProviderName[]): Promise<RemovedCard[]> {
  const { rows } = await db.raw<{ rows: RemovedCard[] }>(
    `select id, provider, method_ref as "methodRef" from payment_methods
      where removed_at is not null and forgotten_at is null and provider = any(:providers::text[])
      order by removed_at limit 50`,
    { providers },
  );
  return rows;
}

export async function markForgotten(db: Db, id: string): Promise<void> {
  await db.raw(
    'update payment_methods set forgotten_at = now() where id = :id::uuid and removed_at is not null',
    { id },
  );
}
