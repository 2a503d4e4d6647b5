import pLimit from 'p-limit';
import { stripePayments } from '../providers/stripe/checkout.ts';
import { stripeControl } from '../simulators/stripe/control/client.ts';
import type { BenchContext } from './bench-stack.ts';

export interface Filled {
  accountIds: string[];
}

/** So many accounts on Starter, whose period ended a minute ago, each with a card that the simulated Stripe knows. */
export async function fillDue(context: BenchContext, count: number): Promise<Filled> {
  const cards = await saveCards(context, count);
  return insert(context, count, 'minute', cards);
}

/** So many whose next period is weeks away. */
export function fillResting(context: BenchContext, count: number): Promise<Filled> {
  return insert(context, count, 'month', []);
}

interface Card {
  customerRef: string;
  methodRef: string;
}

async function saveCards({ stack }: BenchContext, count: number): Promise<Card[]> {
  const { stripeSimulator: apiUrl, api } = stack.addresses;
  const { stripeSecretKey: secretKey } = stack.secrets;
  if (!apiUrl || !secretKey) throw new Error('Renewals are measured with the simulated Stripe');
  const { savedCards } = stripePayments({ secretKey, apiUrl });
  const control = stripeControl(apiUrl);
  if (!savedCards) throw new Error('The simulated Stripe saves no cards');
  const { stripeWebhookSecret: secret = '' } = stack.secrets;
  const endpoint = { url: `${api}/webhooks/stripe`, secret };
  // What these cards have to tell is not what is measured.
  await control.webhook({ ...endpoint, events: [] });
  const limit = pLimit(16);
  const save = async (): Promise<Card> => {
    const setupId = crypto.randomUUID();
    const page = {
      email: undefined,
      customerRef: undefined,
      currency: 'USD',
      successUrl: api,
      cancelUrl: api,
    };
    const { checkoutRef } = await savedCards.createSetup({ setupId, accountId: setupId, ...page });
    await control.save(checkoutRef);
    const { card } = await savedCards.fetchSetup(checkoutRef);
    if (!card) throw new Error('The simulated Stripe kept no card');
    return card;
  };
  const cards = await Promise.all(Array.from({ length: count }, () => limit(save)));
  await control.webhook(endpoint);
  return cards;
}

async function insert(
  { db }: BenchContext,
  count: number,
  due: 'minute' | 'month',
  cards: Card[],
): Promise<Filled> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `with users as (
       insert into auth_users (id, name, email)
         select id, 'Bench', id || '@bench.test' from (select gen_random_uuid() as id from generate_series(1, :count::integer)) made
       returning id),
     made as (insert into accounts (id, referral_code) select id, id::text from users returning id),
     numbered as (select id, row_number() over () as n from made),
     saved as (
       insert into payment_methods (id, account_id, provider, customer_ref, method_ref, brand, last4, expires_month,
           expires_year)
         select gen_random_uuid(), a.id, 'stripe', c.customer, c.method, 'visa', '4242', 12, 2040
           from numbered a join unnest(:customers::text[], :methods::text[]) with ordinality as c (customer, method, n)
             using (n)
       returning account_id, id)
     insert into subscriptions (id, account_id, plan_version, status, anchor_at, period_start, period_end, ends_at,
         price_nanos, renewal, provider, payment_method_id, wake_at)
       select gen_random_uuid(), a.id, v.version, 'active', span.at - interval '1 month', span.at - interval '1 month',
              span.at, span.at + interval '3 days', v.price_nanos, 'pull', 'stripe', s.id, span.at
         from numbered a
         left join saved s on s.account_id = a.id
        cross join (select version, price_nanos from plan_versions where plan_id = 'starter' order by version limit 1) v
        cross join (select case :due::text when 'minute' then now() - interval '1 minute'
                                           else now() + interval '20 days' end as at) span
       returning account_id as id`,
    {
      count,
      due,
      customers: cards.map((card) => card.customerRef),
      methods: cards.map((card) => card.methodRef),
    },
  );
  return { accountIds: rows.map((row) => row.id) };
}
