import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configuredWebhooks } from '../../providers/configured.ts';
import { startTestApi } from '../support/api.ts';
import { countEvents, deliver, eventAbout, inboxOf, signature } from '../support/stripe-events.ts';
import {
  type Customer,
  creditsOf,
  getTopUp,
  postTopUp,
  startTopUpStack,
  stripeKey,
  type TopUpStack,
  untilStatus,
  webhookSecret,
} from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
let customer: Customer;
beforeAll(async () => {
  stack = await startTopUpStack();
  customer = await stack.api.customer();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

async function order(): Promise<{ id: string; number: string }> {
  return (await postTopUp(stack, customer)).body;
}

const settledInbox = (eventId: string) =>
  until(
    () => inboxOf(stack, eventId),
    ([row]) => row !== undefined && row.status !== 'stored',
  );

describe('an event that cannot be trusted', () => {
  const nowSeconds = () => Math.floor(Date.now() / 1000);

  it.each<[string, (body: string) => [string, string | null]]>([
    ['is unsigned', (body) => [body, null]],
    ['is signed with another secret', (body) => [body, signature(body, { secret: 'whsec_other' })]],
    [
      'is signed with an empty secret',
      (body) => [
        body,
        `t=${nowSeconds()},v1=${createHmac('sha256', '').update(`${nowSeconds()}.${body}`).digest('hex')}`,
      ],
    ],
    ['is stale', (body) => [body, signature(body, { timestamp: nowSeconds() - 400 })]],
    ['is from the future', (body) => [body, signature(body, { timestamp: nowSeconds() + 400 })]],
    ['is truncated', (body) => [body.slice(0, -10), signature(body)]],
    ['was changed on the way', (body) => [body.replace('2000', '9000'), signature(body)]],
  ])('is refused and leaves no trace when it %s', async (_, forge) => {
    const { id, number } = await order();
    const before = await countEvents(stack);
    const [body, header] = forge(
      JSON.stringify(await eventAbout(stack, { id, number }, { customer_email: 'never@in.logs' })),
    );
    const answer = await deliver(stack, body, header);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'webhook_refused' } } });
    expect(await countEvents(stack)).toBe(before);
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'link_issued' });
    expect(stack.api.logLines.join('\n')).not.toContain('never@in.logs');
  });

  it('is refused before it is read when it is larger than 256 KB', async () => {
    const before = await countEvents(stack);
    const event = { ...(await eventAbout(stack, await order())), padding: 'x'.repeat(300_000) };
    expect(await deliver(stack, event)).toMatchObject({
      status: 413,
      body: { error: { code: 'payload_too_large' } },
    });
    expect(await countEvents(stack)).toBe(before);
  });

  it('finds no door where the secret is unset', async () => {
    const api = await startTestApi({ databaseUrl: stack.database.url });
    const event = await eventAbout(stack, await order());
    const before = await countEvents(stack);
    expect((await deliver({ api }, event)).status).toBe(404);
    expect(await countEvents(stack)).toBe(before);
    await api.stop();
  });
});

describe('a signed event', () => {
  it('is not answered with 200 while Postgres is down, so that the provider sends it again', async () => {
    const keys = { STRIPE_SECRET_KEY: stripeKey, STRIPE_WEBHOOK_SECRET: webhookSecret };
    const api = await startTestApi({
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
      deps: { webhookParsers: configuredWebhooks(keys) },
    });
    const event = await eventAbout(stack, await order());
    expect(await deliver({ api }, event)).toMatchObject({
      status: 503,
      body: { error: { code: 'database_unavailable' } },
    });
    await api.stop();
  });

  it('is taken once, though it comes twenty times at once', async () => {
    const payer = await stack.api.customer();
    const { id, number } = (await postTopUp(stack, payer)).body;
    const event = await eventAbout(stack, { id, number });
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(stack, event)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await untilStatus(stack, payer, id, 'credited');
    await settledInbox(event.id);
    expect(await inboxOf(stack, event.id)).toHaveLength(1);
    expect(await creditsOf(stack, payer.accountId)).toEqual([
      { key: `top-up:${id}`, nanos: 20_000_000_000n },
    ]);
  });

  it('credits nothing when it names another order', async () => {
    const [one, two] = [await order(), await order()];
    const event = await eventAbout(stack, one, { client_reference_id: two.number });
    expect((await deliver(stack, event)).status).toBe(200);
    expect(await settledInbox(event.id)).toEqual([
      { status: 'needs_review', outcome: 'checkout_mismatch', order_id: one.id },
    ]);
    expect(await untilStatus(stack, customer, one.id, 'needs_review')).toMatchObject({
      attention_reason: 'checkout_mismatch',
      credited_usd: '0.00',
    });
    expect(await getTopUp(stack, customer, two.id)).toMatchObject({ status: 'link_issued' });
  });

  it.each([
    ['a cent', 1, '0.01'],
    ['less', 1999, '19.99'],
    ['more', 5500, '55.00'],
  ])('credits what arrived, when %s arrived', async (_, amount_total, credited_usd) => {
    const { id, number } = await order();
    await deliver(stack, await eventAbout(stack, { id, number }, { amount_total }));
    expect(await untilStatus(stack, customer, id, 'credited')).toMatchObject({ credited_usd });
  });

  it.each([
    ['another currency', { currency: 'eur' }, 'currency_mismatch'],
    ['live money on a test key', { livemode: true }, 'live_mode_mismatch'],
    ['nothing', { amount_total: 0 }, 'nothing_paid'],
  ])('waits for a person when %s arrived', async (_, changes, reason) => {
    const { id, number } = await order();
    await deliver(stack, await eventAbout(stack, { id, number }, changes));
    const reviewed = await untilStatus(stack, customer, id, 'needs_review');
    expect(reviewed).toMatchObject({ attention_reason: reason, credited_usd: '0.00' });
    expect(Date.parse(reviewed.attention_deadline ?? '')).toBeGreaterThan(Date.now());
  });

  it('shows a second payment on one order to a person, and credits the first only', async () => {
    const payer = await stack.api.customer();
    const { id, number } = (await postTopUp(stack, payer)).body;
    await deliver(stack, await eventAbout(stack, { id, number }));
    await untilStatus(stack, payer, id, 'credited');
    await deliver(stack, await eventAbout(stack, { id, number }));
    expect(await untilStatus(stack, payer, id, 'needs_review')).toMatchObject({
      attention_reason: 'second_payment',
      credited_usd: '20.00',
    });
    expect(await creditsOf(stack, payer.accountId)).toHaveLength(1);
  });

  it('never credits two orders for one payment', async () => {
    const payer = await stack.api.customer();
    const [one, two] = [(await postTopUp(stack, payer)).body, (await postTopUp(stack, payer)).body];
    const shared = { payment_intent: 'pi_shared_by_two' };
    await Promise.all([
      deliver(stack, await eventAbout(stack, one, shared)),
      deliver(stack, await eventAbout(stack, two, shared)),
    ]);
    const ends = await until(
      () => Promise.all([getTopUp(stack, payer, one.id), getTopUp(stack, payer, two.id)]),
      (orders) => orders.every(({ status }) => status !== 'link_issued'),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual(['credited', 'needs_review']);
    expect(await creditsOf(stack, payer.accountId)).toHaveLength(1);
  });

  it('changes nothing when it comes late: an old expiry after the money', async () => {
    const { id, number } = await order();
    await deliver(stack, await eventAbout(stack, { id, number }));
    await untilStatus(stack, customer, id, 'credited');
    const late = await eventAbout(
      stack,
      { id, number },
      { status: 'expired', payment_status: 'unpaid' },
      'checkout.session.expired',
    );
    await deliver(stack, late);
    expect(await settledInbox(late.id)).toMatchObject([{ status: 'processed', outcome: 'already_known' }]);
    expect(await getTopUp(stack, customer, id)).toMatchObject({ status: 'credited' });
  });

  it('that overtakes our own knowledge of the checkout still finds its order', async () => {
    const { id, number } = await order();
    const event = await eventAbout(stack, { id, number });
    await stack.database.db.raw("update orders set checkout_ref = null, status = 'created' where id = ?", [
      id,
    ]);
    await deliver(stack, event);
    expect(await untilStatus(stack, customer, id, 'credited')).toMatchObject({ credited_usd: '20.00' });
  });

  it('that the ledger refuses goes to a person, and is not tried for ever', async () => {
    const { id, number } = await order();
    await stack.database.db.raw(
      `insert into ledger_transfers (id, idempotency_key, input_hash, kind, reference, debit_id, credit_id, amount_nanos)
       values (gen_random_uuid(), ?, '\\x00', 'top_up', 'another', 20, 21, 1)`,
      [`top-up:${id}`],
    );
    const event = await eventAbout(stack, { id, number });
    await deliver(stack, event);
    expect(await settledInbox(event.id)).toEqual([
      { status: 'needs_review', outcome: 'idempotency_key_reused', order_id: null },
    ]);
    expect(await getTopUp(stack, customer, id)).toMatchObject({
      status: 'link_issued',
      credited_usd: '0.00',
    });
  });

  it('about something else is kept and left alone', async () => {
    const event = {
      id: 'evt_other',
      object: 'event',
      type: 'customer.created',
      data: { object: { object: 'customer' } },
    };
    expect((await deliver(stack, event)).status).toBe(200);
    expect(await inboxOf(stack, 'evt_other')).toEqual([{ status: 'ignored', outcome: null, order_id: null }]);
  });

  it('about an order of nobody is marked after a short while, and credits nobody', async () => {
    const { id, number } = await order();
    const stranger = {
      id: 'cs_test_stranger',
      client_reference_id: 'someone',
      metadata: { order_id: 'not-ours' },
    };
    const event = await eventAbout(stack, { id, number }, stranger);
    await deliver(stack, event);
    const marked = await until(
      () => inboxOf(stack, event.id),
      ([row]) => row?.status === 'unmatched',
    );
    expect(marked).toEqual([{ status: 'unmatched', outcome: 'unmatched', order_id: null }]);
  });
});
