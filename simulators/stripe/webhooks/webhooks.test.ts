import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import type { FaultInput } from '../faults.ts';
import type { StripeSimulator } from '../start.ts';
import {
  type Received,
  type Receiver,
  sdk,
  startFor,
  startReceiver,
  topUp,
  webhookSecret,
} from '../test-support.ts';

let receiver: Receiver;
let simulator: StripeSimulator;
let stripe: Stripe;

beforeAll(async () => {
  receiver = await startReceiver();
  simulator = await startFor(receiver);
  stripe = sdk(simulator.url);
});
afterAll(async () => {
  await simulator.close();
  await receiver.close();
});
beforeEach(async () => {
  await simulator.control.delivered();
  await simulator.control.reset();
  receiver.received.length = 0;
});

const completed = 'checkout.session.completed';

/** As the shop does it: the SDK verifies the raw bytes. */
function verify({ headers, body }: Received): Stripe.Event {
  return stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), webhookSecret);
}

async function pay(orderNumber: string): Promise<string> {
  const { id } = await stripe.checkout.sessions.create(topUp(orderNumber));
  await simulator.control.pay(id);
  return id;
}

const completions = () => receiver.received.filter(({ body }) => body.includes(`"${completed}"`));

describe('an event', () => {
  test('arrives signed, says what happened, and can be asked for again', async () => {
    const id = await pay('ord_1');
    await simulator.control.delivered();
    const [received] = completions();
    const event = verify(received!);
    expect(received!.headers['content-type']).toContain('application/json');
    expect(event).toMatchObject({
      object: 'event',
      type: completed,
      livemode: false,
      data: { object: { id, payment_status: 'paid', client_reference_id: 'ord_1', amount_total: 2000 } },
    });
    expect(event.data.object).not.toHaveProperty('line_items');
    expect((await stripe.events.retrieve(event.id)).data.object).toMatchObject({ id });
    const list = await stripe.events.list({ types: [completed], created: { gte: event.created - 5 } });
    expect(list.data.map((found) => found.id)).toEqual([event.id]);
    expect(list.data[0]).toMatchObject({ pending_webhooks: 0 });
  });

  test('that an API call caused names the call and its idempotency key', async () => {
    const { id } = await stripe.checkout.sessions.create(topUp('ord_2'));
    const expired = await stripe.checkout.sessions.expire(id, {}, { idempotencyKey: 'expire-ord_2' });
    await receiver.count(1);
    expect(receiver.events()[0]?.request).toEqual({
      id: expired.lastResponse.requestId,
      idempotency_key: 'expire-ord_2',
    });
  });

  test('is sent again until it is accepted: same id, new signature', async () => {
    receiver.statuses.push(500, 302, 404);
    const { id } = await stripe.checkout.sessions.create(topUp('ord_3'));
    await simulator.control.expire(id);
    await receiver.count(4);
    await simulator.control.delivered();
    expect(new Set(receiver.received.map((received) => verify(received).id)).size).toBe(1);
    const deliveries = await simulator.control.deliveries(id);
    expect(deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 302],
      [3, 404],
      [4, 200],
    ]);
  });

  test('can be delivered many times at once', async () => {
    const id = await pay('ord_4');
    await simulator.control.delivered();
    const before = receiver.received.length;
    const event = (await simulator.control.events(completed))[0]!;
    const statuses = await simulator.control.redeliver(event.id, 20);
    expect(statuses).toEqual(Array(20).fill(200));
    expect(receiver.received.slice(before).map((received) => verify(received).id)).toEqual(
      Array(20).fill(event.id),
    );
    expect(event.data.object.id).toBe(id);
  });
});

describe('a fault', () => {
  const strike = (fault: FaultInput) => simulator.control.fault(fault);

  test('drops an event, which the API still knows', async () => {
    await strike({ kind: 'drop', event_type: completed });
    await pay('ord_5');
    await simulator.control.delivered();
    expect(completions()).toHaveLength(0);
    expect((await stripe.events.list({ type: completed })).data).toHaveLength(1);
    await pay('ord_6');
    await simulator.control.delivered();
    expect(completions()).toHaveLength(1);
  });

  test('stands until it is removed where it has no count', async () => {
    await strike({ kind: 'drop', event_type: 'checkout.*', times: null });
    await pay('ord_7');
    await pay('ord_8');
    await simulator.control.delivered();
    expect(completions()).toHaveLength(0);
    expect(await simulator.control.clearFaults()).toEqual({ removed: 1 });
    await pay('ord_9');
    await simulator.control.delivered();
    expect(completions()).toHaveLength(1);
  });

  test('duplicates an event', async () => {
    await strike({ kind: 'duplicate', event_type: completed, copies: 5 });
    await pay('ord_10');
    await simulator.control.delivered();
    expect(completions().map((received) => verify(received).id)).toEqual(
      Array(5).fill((await simulator.control.events(completed))[0]?.id),
    );
  });

  test('delays an event past those that follow it', async () => {
    await strike({ kind: 'delay', event_type: 'payment_intent.succeeded', ms: 300 });
    await pay('ord_11');
    await simulator.control.delivered();
    expect(receiver.events().map(({ type }) => type)).toEqual([completed, 'payment_intent.succeeded']);
  });

  test('holds events and lets them go in another order', async () => {
    await strike({ kind: 'reorder', event_type: completed, hold: 3 });
    await pay('ord_12');
    await pay('ord_13');
    expect(completions()).toHaveLength(0);
    await pay('ord_14');
    await simulator.control.delivered();
    const order = completions().map((received) => verify(received).id);
    const caused = (await simulator.control.events(completed)).map(({ id }) => id);
    expect(order).not.toEqual(caused);
    expect(order.toSorted()).toEqual(caused.toSorted());
    expect(await simulator.control.faults()).toEqual([]);
  });

  test.each<[string, FaultInput]>([
    ['signs with another key', { kind: 'wrong_signature' }],
    ['signs with an empty key', { kind: 'empty_key_signature' }],
    ['does not sign', { kind: 'no_signature' }],
    ['signs in the past', { kind: 'stale_timestamp', seconds: 301 }],
    ['cuts the body', { kind: 'truncate' }],
  ])('%s, and the retry is good', async (_, fault) => {
    receiver.statuses.push(400);
    await strike(fault);
    const { id } = await stripe.checkout.sessions.create(topUp('ord_15'));
    await simulator.control.expire(id);
    await receiver.count(2);
    await simulator.control.delivered();
    expect(() => verify(receiver.received[0]!)).toThrow();
    expect(verify(receiver.received[1]!).type).toBe('checkout.session.expired');
    expect((await simulator.control.deliveries(id)).map((delivery) => delivery.fault)).toEqual([
      fault.kind,
      null,
    ]);
  });

  test('changes what a well-signed event says, while the API tells the truth', async () => {
    await strike({
      kind: 'tamper',
      event_type: completed,
      set: {
        client_reference_id: 'ord_other',
        amount_total: 999_900,
        'metadata.order_id': 'ord_other',
        'invoice.id': 'made up where there was nothing',
      },
    });
    const id = await pay('ord_16');
    await simulator.control.delivered();
    expect(verify(completions()[0]!).data.object).toMatchObject({
      id,
      client_reference_id: 'ord_other',
      amount_total: 999_900,
      metadata: { order_id: 'ord_other' },
      invoice: { id: 'made up where there was nothing' },
    });
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
      client_reference_id: 'ord_16',
      amount_total: 2000,
    });
  });

  test('strikes only the object that it names', async () => {
    const first = await stripe.checkout.sessions.create(topUp('ord_17'));
    const second = await stripe.checkout.sessions.create(topUp('ord_18'));
    await strike({ kind: 'drop', object: second.id });
    await simulator.control.expire(first.id);
    await simulator.control.expire(second.id);
    await simulator.control.delivered();
    expect(receiver.events().map(({ data }) => (data.object as { id: string }).id)).toEqual([first.id]);
  });

  test('of an unknown kind or with an unknown field is refused', async () => {
    await expect(strike({ kind: 'explode' } as unknown as FaultInput)).rejects.toThrow('400');
    await expect(strike({ kind: 'drop', often: 3 } as unknown as FaultInput)).rejects.toThrow('400');
  });
});
