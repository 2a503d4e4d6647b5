import type { AccountRefunds } from '../../api/schemas/refunds.ts';
import type { Db } from '../../db/connection.ts';
import type { Answer } from './api.ts';
import { moneyIn } from './sandbox.ts';
import { type Customer, stripeKey, type TopUpStack } from './top-ups.ts';
import { until } from './until.ts';

type Api = Pick<TopUpStack, 'api'>;

const pathOf = (accountId: string) => `/api/admin/subscriptions/${accountId}/refund`;

export function postRefund(
  { api }: Api,
  { cookie }: Pick<Customer, 'cookie'>,
  accountId: string,
  body: object = { reason: 'The customer asked for it' },
): Promise<Answer> {
  return api.request('POST', pathOf(accountId), { cookie, body });
}

export async function getRefunds(
  { api }: Api,
  { cookie }: Pick<Customer, 'cookie'>,
  accountId: string,
): Promise<AccountRefunds> {
  const answer = await api.request('GET', pathOf(accountId), { cookie });
  if (answer.status !== 200) throw new Error(`GET refund answered ${answer.status}: ${answer.text}`);
  return answer.body;
}

/** The account's only refund, once it has that status. */
export async function untilRefund(
  parts: Api,
  support: Pick<Customer, 'cookie'>,
  accountId: string,
  status: AccountRefunds['refunds'][number]['status'],
): Promise<AccountRefunds['refunds'][number]> {
  const { refunds } = await until(
    () => getRefunds(parts, support, accountId),
    (answer) => answer.refunds.length === 1 && answer.refunds[0]?.status === status,
    25_000,
  );
  const [refund] = refunds;
  if (!refund) throw new Error('There is no refund');
  return refund;
}

interface StripeRefund {
  id: string;
  amount: number;
  payment_intent: string;
  status: string;
  metadata: Record<string, string>;
}

/** Newest first; of one payment or of all. */
export async function refundsAtStripe(
  { simulator }: Pick<TopUpStack, 'simulator'>,
  paymentRef?: string,
): Promise<StripeRefund[]> {
  const query = paymentRef === undefined ? '' : `&payment_intent=${paymentRef}`;
  const response = await fetch(`${simulator.url}/v1/refunds?limit=100${query}`, {
    headers: { authorization: `Bearer ${stripeKey}` },
  });
  return ((await response.json()) as { data: StripeRefund[] }).data;
}

/**
 * What Stripe has kept of what it took, besides what somebody paid back there, and what the ledger says: the same, once
 * nothing is on its way.
 */
export async function moneyKept(parts: Pick<TopUpStack, 'database' | 'simulator'>) {
  const refunds = await refundsAtStripe(parts);
  const backMinor = refunds
    .filter(({ status, metadata }) => status === 'succeeded' && metadata.refund_id !== undefined)
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const { takenNanos } = await moneyIn(parts, stripeKey);
  const { rows } = await parts.database.db.raw(
    `select coalesce(sum(case when debit_id = 20 then amount_nanos else -amount_nanos end), 0)::bigint as nanos
       from ledger_transfers where 20 in (debit_id, credit_id)`,
  );
  return { keptNanos: takenNanos - backMinor * 10_000_000n, bookedNanos: rows[0].nanos as bigint };
}

/** What the refunds of an account moved, oldest first. */
export async function refundTransfers(db: Db, accountId: string): Promise<string[]> {
  const { rows } = await db.raw(
    `select coalesce(d.code, d.pool) as debit, coalesce(c.code, c.pool) as credit, t.amount_nanos as nanos
       from ledger_transfers t join ledger_accounts d on d.id = t.debit_id join ledger_accounts c on c.id = t.credit_id
      where t.account_id = ? and t.kind = 'refund' order by t.created_at, t.id`,
    [accountId],
  );
  return rows.map(
    ({ debit, credit, nanos }: { debit: string; credit: string; nanos: bigint }) =>
      `${debit} → ${credit} ${nanos / 10_000_000n}`,
  );
}
