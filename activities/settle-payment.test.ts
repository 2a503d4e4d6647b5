import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orderNumberOf } from '../billing/order-number.ts';
import { listOrderEvents, type OrderEventSource } from '../db/order-events.ts';
import { findOrder } from '../db/orders.ts';
import type { PaymentFact } from '../providers/payments.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { settlePayment } from './settle-payment.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ poolMax: 20 });
});
afterAll(() => database.drop());

async function orderWithLink(changes: { checkoutRef?: string | null } = {}) {
  const { db } = database;
  const [accountId, orderId] = [randomUUID(), randomUUID()];
  const email = `${accountId}@example.com`;
  await db.raw('insert into auth_users (id, name, email) values (?, ?, ?)', [accountId, 'A customer', email]);
  await db.raw('insert into accounts (id, referral_code) values (?, ?)', [accountId, accountId.slice(0, 8)]);
  const checkoutRef = changes.checkoutRef === undefined ? `cs_${orderId}` : changes.checkoutRef;
  const number = orderNumberOf(orderId);
  await db.raw(
    `insert into orders (id, number, account_id, kind, status, provider, method, idempotency_key, input_hash,
       credit_nanos, pay_currency, pay_minor, checkout_ref, expires_at)
     values (?, ?, ?, 'top_up', 'link_issued', 'stripe', 'card', ?, '\\x00', 20000000000, 'USD', 2000, ?, now())`,
    [orderId, number, accountId, orderId, checkoutRef],
  );
  return { orderId, accountId, number };
}

function paid(orderId: string, changes: Partial<PaymentFact> = {}): PaymentFact {
  return {
    provider: 'stripe',
    checkoutRef: `cs_${orderId}`,
    paymentRef: `pi_${orderId}`,
    orderId,
    orderNumber: orderNumberOf(orderId),
    status: 'paid',
    currency: 'USD',
    amountMinor: 2000n,
    live: false,
    ...changes,
  };
}

function settle(fact: PaymentFact, source: OrderEventSource = 'webhook') {
  return database.db.transaction((trx) => settlePayment(trx, fact, source, false));
}

async function transfers(accountId: string): Promise<bigint[]> {
  const { rows } = await database.db.raw(
    'select amount_nanos from ledger_transfers where account_id = ? order by id',
    [accountId],
  );
  return rows.map((row: { amount_nanos: bigint }) => row.amount_nanos);
}

describe('settling', () => {
  it('credits once, though twenty connections bring the same payment at once', async () => {
    const { orderId, accountId } = await orderWithLink();
    const sources = ['webhook', 'poll', 'return', 'support'] as const;
    const settled = await Promise.all(
      Array.from({ length: 20 }, (_, i) => settle(paid(orderId), sources[i % 4])),
    );
    expect(settled.filter(({ settlement }) => settlement?.kind === 'credit')).toHaveLength(1);
    expect(await transfers(accountId)).toEqual([20_000_000_000n]);
    const kinds = (await listOrderEvents(database.db, orderId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['payment_seen', 'verified', 'credited']);
  });

  it('credits one of two payments that arrive at once, and shows the other to a person', async () => {
    const { orderId, accountId } = await orderWithLink();
    await Promise.all([settle(paid(orderId)), settle(paid(orderId, { paymentRef: 'pi_other' }))]);
    expect(await transfers(accountId)).toEqual([20_000_000_000n]);
    expect(await findOrder(database.db, orderId)).toMatchObject({
      status: 'needs_review',
      attentionReason: 'second_payment',
    });
  });

  it('writes nothing at all when the ledger refuses', async () => {
    const { orderId, accountId } = await orderWithLink();
    await database.db.raw(
      `insert into ledger_transfers (id, idempotency_key, input_hash, kind, reference, debit_id, credit_id, amount_nanos)
       values (gen_random_uuid(), ?, '\\x00', 'top_up', 'x', 20, 21, 1)`,
      [`top-up:${orderId}`],
    );
    await expect(settle(paid(orderId))).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await findOrder(database.db, orderId)).toMatchObject({ status: 'link_issued', creditedNanos: 0n });
    expect(await listOrderEvents(database.db, orderId)).toEqual([]);
    expect(await transfers(accountId)).toEqual([]);
  });

  it('knows no order for a payment of strangers', async () => {
    const stranger = { checkoutRef: 'cs_stranger', orderNumber: undefined };
    for (const orderId of [undefined, randomUUID(), 'not a uuid', "'; drop table orders; --"])
      expect(await settle(paid(randomUUID(), { ...stranger, orderId }))).toEqual({
        order: undefined,
        settlement: undefined,
      });
  });

  it('credits nothing for a checkout that is not the one of the order', async () => {
    const { orderId, accountId } = await orderWithLink();
    await settle(paid(orderId, { checkoutRef: 'cs_made_elsewhere' }));
    expect(await transfers(accountId)).toEqual([]);
    expect(await findOrder(database.db, orderId)).toMatchObject({ attentionReason: 'checkout_mismatch' });
  });

  it('remembers the checkout of an order that did not know it yet', async () => {
    const { orderId } = await orderWithLink({ checkoutRef: null });
    await settle(paid(orderId));
    expect(await findOrder(database.db, orderId)).toMatchObject({
      status: 'credited',
      checkoutRef: `cs_${orderId}`,
      paymentRef: `pi_${orderId}`,
    });
  });
});
