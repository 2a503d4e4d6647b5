import { v7 as uuidv7 } from 'uuid';
import type { ProviderName } from '../billing/orders.ts';
import type { Db, Transaction } from './connection.ts';

export interface PaymentMethod {
  id: string;
  accountId: string;
  provider: ProviderName;
  customerRef: string;
  methodRef: string;
  brand: string;
  last4: string;
  expiresMonth: number;
  expiresYear: number;
  createdAt: Date;
}

const columns = `id, account_id as "accountId", provider, customer_ref as "customerRef", method_ref as "methodRef", brand,
  last4, expires_month as "expiresMonth", expires_year as "expiresYear", created_at as "createdAt"`;

/** The card that was saved last is the one that is charged. */
export async function latestPaymentMethod(
  db: Db | Transaction,
  accountId: string,
): Promise<PaymentMethod | undefined> {
  return (await listPaymentMethods(db, accountId))[0];
}

/** What the provider calls the account, once it keeps a card for it: its cards are kept together. */
export async function customerRefOf(
  db: Db | Transaction,
  accountId: string,
  provider: ProviderName,
): Promise<string | undefined> {
  return (await listPaymentMethods(db, accountId)).find((card) => card.provider === provider)?.customerRef;
}

export async function listPaymentMethods(db: Db | Transaction, accountId: string): Promise<PaymentMethod[]> {
  const { rows } = await db.raw<{ rows: PaymentMethod[] }>(
    `select ${columns} from payment_methods where account_id = :accountId::uuid and removed_at is null
      order by created_at desc, id desc`,
    { accountId },
  );
  return rows;
}

export async function findPaymentMethod(
  db: Db | Transaction,
  id: string,
): Promise<PaymentMethod | undefined> {
  const { rows } = await db.raw<{ rows: PaymentMethod[] }>(
    `select ${columns} from payment_methods where id = :id::uuid`,
    { id },
  );
  return rows[0];
}

export type NewPaymentMethod = Omit<PaymentMethod, 'id' | 'createdAt'>;

/** The same card again is the same row, and the latest. Another account's is refused. Returns its id. */
export async function savePaymentMethod(trx: Transaction, method: NewPaymentMethod): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into payment_methods (id, account_id, provider, customer_ref, method_ref, brand, last4, expires_month,
       expires_year)
     values (:id::uuid, :accountId::uuid, :provider::text, :customerRef::text, :methodRef::text, :brand::text,
       :last4::text, :expiresMonth::integer, :expiresYear::integer)
     on conflict (provider, method_ref) do update set removed_at = null, forgotten_at = null, created_at = now()
       where payment_methods.account_id = excluded.account_id
     returning id`,
    { ...method, id: uuidv7() },
  );
  const [row] = rows;
  if (!row) throw new Error(`Card ${method.methodRef} belongs to another account`);
  return row.id;
}

export async function removePaymentMethod(trx: Transaction, accountId: string, id: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `update payment_methods set removed_at = now()
      where id = :id::uuid and account_id = :accountId::uuid and removed_at is null returning id`,
    { accountId, id },
  );
  return rows.length > 0;
}
