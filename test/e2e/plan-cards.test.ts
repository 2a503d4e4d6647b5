import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { forgetRemovedCards } from '../../activities/forget-cards.ts';
import { getSubscription, post, subscriber } from '../support/plan-api.ts';
import { makeSandbox, moveTo } from '../support/subscriptions.ts';
import { type Customer, startTopUpStack, stripeKey, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
beforeAll(async () => {
  stack = await startTopUpStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const call = ({ cookie }: Customer, method: string, path: string) =>
  stack.api.request(method, path, { cookie });

async function cardsOf(customer: Customer): Promise<any[]> {
  return (await call(customer, 'GET', '/api/payment-methods')).body.items;
}

async function pageOf(setupId: string): Promise<string> {
  const { rows } = await stack.database.db.raw('select checkout_ref from card_setups where id = ?', [
    setupId,
  ]);
  return rows[0].checkout_ref;
}

/** The customer at Stripe whom the account's card belongs to. */
async function ownerAtStripe({ accountId }: Customer): Promise<string | null> {
  const { rows } = await stack.database.db.raw(
    'select method_ref from payment_methods where account_id = ?',
    [accountId],
  );
  const answer = await fetch(`${stack.simulator.url}/v1/payment_methods/${rows[0].method_ref}`, {
    headers: { authorization: `Bearer ${stripeKey}` },
  });
  return ((await answer.json()) as { customer: string | null }).customer;
}

const openPage = (customer: Customer, key?: string) =>
  post(stack, customer, '/api/payment-methods/setups', undefined, key);

describe('saving a card without paying', () => {
  it('goes from the button to a card that renewals are charged to', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter', method: 'card_once' });
    const { status, body } = await openPage(customer);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { status: 'open', url: expect.stringMatching(/^http/), payment_method_id: null },
    });
    const path = `/api/payment-methods/setups/${body.id}`;
    expect((await call(customer, 'POST', `${path}/check`)).body.status).toBe('open');

    await stack.simulator.control.save(await pageOf(body.id));
    const checked = await call(customer, 'POST', `${path}/check`);
    expect(checked).toMatchObject({ status: 200, body: { status: 'complete', url: null } });
    expect((await call(customer, 'GET', path)).body).toEqual(checked.body);
    const [card] = await cardsOf(customer);
    expect(card).toMatchObject({
      id: checked.body.payment_method_id,
      last4: '4242',
      used_for_renewals: true,
    });
    const { next_renewal } = await until(
      () => getSubscription(stack, customer),
      (view) => view.next_renewal?.payment.by === 'card',
    );
    expect(next_renewal?.payment.card?.id).toBe(card.id);
  });

  it('opens one page of one click, and the page is nobody else’s', async () => {
    const customer = await stack.api.customer();
    const other = await stack.api.customer();
    const key = randomUUID();
    const pages = await Promise.all([openPage(customer, key), openPage(customer, key)]);
    expect(new Set(pages.map(({ body }) => body.url)).size).toBe(1);
    const id = pages[0]?.body.id;
    for (const [method, path] of [
      ['GET', `/api/payment-methods/setups/${id}`],
      ['POST', `/api/payment-methods/setups/${id}/check`],
    ] as const)
      expect((await call(other, method, path)).status).toBe(404);
  });

  it('pays at once what the old card was declined for', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    await makeSandbox(stack.database.db, customer.accountId);
    const { rows } = await stack.database.db.raw(
      'select method_ref from payment_methods where account_id = ?',
      [customer.accountId],
    );
    await stack.simulator.control.cardAnswers(rows[0].method_ref, 'insufficient_funds');
    const { subscription } = await getSubscription(stack, customer);
    await moveTo(stack, customer.accountId, new Date(Date.parse(subscription?.period_end ?? '') + 60_000));
    expect((await getSubscription(stack, customer)).payment_due).toMatchObject({ reason: 'declined' });

    const { body } = await openPage(customer);
    await stack.simulator.control.save(await pageOf(body.id));
    await call(customer, 'POST', `/api/payment-methods/setups/${body.id}/check`);
    const view = await until(
      () => getSubscription(stack, customer),
      ({ payment_due }) => payment_due === null,
    );
    expect(view.subscription).toMatchObject({ status: 'active', period_index: 1 });
  }, 60_000);
});

describe('removing a card', () => {
  it('leaves the plan to be paid by hand', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const other = await stack.api.customer();
    const [{ id }] = (await cardsOf(customer)) as [{ id: string }];
    const path = `/api/payment-methods/${id}`;
    expect((await call(other, 'DELETE', path)).status).toBe(404);
    expect((await call(customer, 'DELETE', path)).status).toBe(204);
    expect((await call(customer, 'DELETE', path)).status).toBe(404);
    expect(await cardsOf(customer)).toEqual([]);
    expect((await getSubscription(stack, customer)).next_renewal?.payment).toMatchObject({ by: 'hand' });
  });

  it('removes it at its provider too, also one that was away', async () => {
    const customer = await subscriber(stack, { plan_id: 'starter' });
    const other = await subscriber(stack, { plan_id: 'starter' });
    const [{ id }] = (await cardsOf(customer)) as [{ id: string }];
    await call(customer, 'DELETE', `/api/payment-methods/${id}`);
    expect(await ownerAtStripe(customer)).toMatch(/^cus_/);

    await stack.simulator.control.fault({ kind: 'error_before', path: '/v1/payment_methods*', times: null });
    const deps = { db: stack.database.db, providers: stack.providers };
    await expect(forgetRemovedCards(deps)).rejects.toMatchObject({ code: 'provider_unavailable' });
    await stack.simulator.control.clearFaults();
    await Promise.all([forgetRemovedCards(deps), forgetRemovedCards(deps)]);
    expect(await ownerAtStripe(customer)).toBeNull();
    expect(await ownerAtStripe(other)).toMatch(/^cus_/);

    await stack.simulator.control.fault({ kind: 'error_before', path: '*', times: null });
    await forgetRemovedCards(deps);
    await stack.simulator.control.clearFaults();
  }, 60_000);
});
