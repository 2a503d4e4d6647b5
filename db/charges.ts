import type { ProviderName } from '../billing/orders.ts';
import type { ChargeStatus } from '../billing/subscriptions.ts';
import type { Db, Transaction } from './connection.ts';

export interface Charge {
  id: string;
  accountId: string;
  subscriptionId: string;
  periodIndex: number;
  attempt: number;
  status: ChargeStatus;
  provider: ProviderName;
  paymentMethodId: string;
  currency: string;
  amountMinor: bigint;
  paymentRef: string | null;
  declineCode: string | null;
  dueAt: Date;
  requestedAt: Date;
}

const columns = `id, account_id as "accountId", subscription_id as "subscriptionId", period_index as "periodIndex",
  attempt, status, provider, payment_method_id as "paymentMethodId", currency, amount_minor as "amountMinor",
  payment_ref as "paymentRef", decline_code as "declineCode", due_at as "dueAt", requested_at as "requestedAt"`;

export async function listCharges(
  db: Db | Transaction,
  subscriptionId: string,
  periodIndex: number,
): Promise<Charge[]> {
  const { rows } = await db.raw<{ rows: Charge[] }>(
    `select ${columns} from charges
      where subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer order by attempt`,
    { subscriptionId, periodIndex },
  );
  return rows;
}

export async function findCharge(db: Db | Transaction, id: string): Promise<Charge | undefined> {
  const { rows } = await db.raw<{ rows: Charge[] }>(`select ${columns} from charges where id = :id::uuid`, {
    id,
  });
  return rows[0];
}

/** Those for a period, oldest first, and the account's undecided one, for whatever period. */
export async function listPeriodCharges(
  db: Db | Transaction,
  period: { accountId: string; subscriptionId: string; periodIndex: number },
): Promise<{ charges: Charge[]; undecided: Charge | undefined }> {
  const { rows } = await db.raw<{ rows: Charge[] }>(
    `select ${columns} from charges
      where (subscription_id = :subscriptionId::uuid and period_index = :periodIndex::integer)
         or (account_id = :accountId::uuid and status in ('unknown', 'processing'))
      order by attempt`,
    period,
  );
  return {
    charges: rows.filter((charge) => isOf(charge, period)),
    undecided: rows.find(({ status }) => status === 'unknown' || status === 'processing'),
  };
}

function isOf(charge: Charge, period: { subscriptionId: string; periodIndex: number }): boolean {
  return charge.subscriptionId === period.subscriptionId && charge.periodIndex === period.periodIndex;
}

/** At most one: constraint charges_one_undecided. */
export async function findUndecidedCharge(
  db: Db | Transaction,
  accountId: string,
): Promise<Charge | undefined> {
  const { rows } = await db.raw<{ rows: Charge[] }>(
    `select ${columns} from charges where account_id = :accountId::uuid and status in ('unknown', 'processing')`,
    { accountId },
  );
  return rows[0];
}

export type NewCharge = Omit<Charge, 'status' | 'paymentRef' | 'declineCode' | 'requestedAt'>;

/** Constraint charges_one_undecided: no second attempt starts while the fate of one is unknown. */
export async function insertCharge(trx: Transaction, charge: NewCharge): Promise<void> {
  await trx.raw(
    `insert into charges (id, account_id, subscription_id, period_index, attempt, provider, payment_method_id, currency,
       amount_minor, due_at)
     values (:id::uuid, :accountId::uuid, :subscriptionId::uuid, :periodIndex::integer, :attempt::integer,
       :provider::text, :paymentMethodId::uuid, :currency::text, :amountMinor::bigint, :dueAt::timestamptz)`,
    { ...charge, amountMinor: charge.amountMinor.toString() },
  );
}

/** True for one caller only: the one who sends it. */
export async function claimCharge(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    'update charges set sent_at = now() where id = :id::uuid and sent_at is null returning id',
    { id },
  );
  return rows.length > 0;
}

export interface ChargeOutcome {
  id: string;
  status: Exclude<ChargeStatus, 'unknown'>;
  paymentRef: string | null;
  declineCode: string | null;
}

/** False where it was decided before: a late or repeated word changes nothing. */
export async function decideCharge(trx: Transaction, outcome: ChargeOutcome): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `update charges set status = :status::text, payment_ref = coalesce(:paymentRef::text, payment_ref), decline_code = :declineCode::text,
       decided_at = now()
      where id = :id::uuid and status in ('unknown', 'processing') returning id`,
    { ...outcome },
  );
  return rows.length > 0;
}
