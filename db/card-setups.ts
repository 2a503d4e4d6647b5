import type { ProviderName } from '../billing/orders.ts';
import type { Db, Transaction } from './connection.ts';

export interface CardSetup {
  id: string;
  accountId: string;
  provider: ProviderName;
  checkoutRef: string | null;
  checkoutUrl: string | null;
  status: 'open' | 'complete' | 'expired';
  paymentMethodId: string | null;
  idempotencyKey: string;
}

const columns = `id, account_id as "accountId", provider, checkout_ref as "checkoutRef", checkout_url as "checkoutUrl",
  status, payment_method_id as "paymentMethodId", idempotency_key as "idempotencyKey"`;

export async function findCardSetup(db: Db | Transaction, id: string): Promise<CardSetup | undefined> {
  const { rows } = await db.raw<{ rows: CardSetup[] }>(
    `select ${columns} from card_setups where id = :id::uuid`,
    { id },
  );
  return rows[0];
}

export async function insertCardSetup(
  db: Db,
  setup: { id: string; accountId: string; provider: ProviderName; idempotencyKey: string },
): Promise<void> {
  await db.raw(
    `insert into card_setups (id, account_id, provider, idempotency_key)
     values (:id::uuid, :accountId::uuid, :provider::text, :idempotencyKey::text) on conflict (id) do nothing`,
    setup,
  );
}

export async function storeSetupPage(
  db: Db,
  page: { id: string; checkoutRef: string; checkoutUrl: string },
): Promise<void> {
  await db.raw(
    `update card_setups set checkout_ref = :checkoutRef::text, checkout_url = :checkoutUrl::text
      where id = :id::uuid and checkout_ref is null`,
    page,
  );
}

export async function closeCardSetup(
  trx: Transaction,
  setup: { id: string; status: 'complete' | 'expired'; paymentMethodId: string | null },
): Promise<void> {
  await trx.raw(
    `update card_setups set status = :status::text, payment_method_id = :paymentMethodId::uuid
      where id = :id::uuid and status = 'open'`,
    { ...setup },
  );
}
