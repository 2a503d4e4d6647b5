import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type StripeSimulator, startStripeSimulator } from '../../simulators/stripe/start.ts';
import { adapterFor, chargeOf, factsOf, saveCard, secretKey, setupOf } from './test-support.ts';

let simulator: StripeSimulator;
let provider: ReturnType<typeof adapterFor>;

beforeAll(async () => {
  simulator = await startStripeSimulator({ secretKey });
  provider = adapterFor(simulator);
});
afterAll(() => simulator.close());
beforeEach(() => simulator.control.reset());

describe('a page that keeps a card', () => {
  it('is open, then complete with a card that can be charged', async () => {
    const input = setupOf();
    const { checkoutRef, url } = await provider.savedCards.createSetup(input);
    expect(url).toContain(checkoutRef);
    expect(await provider.savedCards.fetchSetup(checkoutRef)).toEqual({
      provider: 'stripe',
      checkoutRef,
      setupId: input.setupId,
      status: 'open',
      live: false,
      card: undefined,
    });
    await simulator.control.save(checkoutRef);
    const { status, card } = await provider.savedCards.fetchSetup(checkoutRef);
    expect({ status, last4: card?.last4 }).toEqual({ status: 'complete', last4: '4242' });
    if (card === undefined) throw new Error('no card was kept');
    expect(await provider.savedCards.charge(chargeOf(card))).toMatchObject({ status: 'succeeded' });
  });

  it('is made once however often it is asked for', async () => {
    const input = setupOf();
    const pages = await Promise.all([provider.savedCards.createSetup(input)]);
    pages.push(await provider.savedCards.createSetup(input));
    expect(new Set(pages.map(({ checkoutRef }) => checkoutRef)).size).toBe(1);
    expect(await simulator.control.sessions()).toHaveLength(1);
  });

  it('adds the card to those of a known customer', async () => {
    const { customerRef } = await saveCard(provider, simulator);
    const { checkoutRef } = await provider.savedCards.createSetup(setupOf({ customerRef }));
    await simulator.control.save(checkoutRef, { card: '3184' });
    expect(await provider.savedCards.fetchSetup(checkoutRef)).toMatchObject({
      card: { customerRef, last4: '3184' },
    });
  });

  it('stays open while the bank refuses the card, and can expire without one', async () => {
    const { checkoutRef } = await provider.savedCards.createSetup(setupOf());
    await simulator.control.save(checkoutRef, { card: '9995' });
    await simulator.control.decline(checkoutRef);
    const open = await provider.savedCards.fetchSetup(checkoutRef);
    expect(open).toMatchObject({ status: 'open', card: undefined });
    await simulator.control.expire(checkoutRef);
    expect(await provider.savedCards.fetchSetup(checkoutRef)).toMatchObject({ status: 'expired' });
  });

  it('tells by event that it is complete or expired, and never that something was paid', async () => {
    const [first, second] = [setupOf(), setupOf()];
    const done = await provider.savedCards.createSetup(first);
    await simulator.control.save(done.checkoutRef);
    const left = await provider.savedCards.createSetup(second);
    await simulator.control.expire(left.checkoutRef);
    const common = { provider: 'stripe', live: false, card: undefined };
    expect(await factsOf(provider, simulator, 'checkout.session.completed')).toEqual([
      {
        kind: 'card_setup',
        setup: { ...common, ...done, url: undefined, setupId: first.setupId, status: 'complete' },
      },
    ]);
    expect(await factsOf(provider, simulator, 'checkout.session.expired')).toEqual([
      {
        kind: 'card_setup',
        setup: { ...common, ...left, url: undefined, setupId: second.setupId, status: 'expired' },
      },
    ]);
    expect(await factsOf(provider, simulator, 'setup_intent.succeeded')).toEqual([undefined]);
  });

  it('never reads as a payment, and one that does not exist is no setup', async () => {
    const { checkoutRef } = await provider.savedCards.createSetup(setupOf());
    await simulator.control.save(checkoutRef);
    await expect(provider.savedCards.fetchSetup('cs_test_none')).rejects.toMatchObject({
      code: 'method_not_available',
    });
    await expect(provider.fetchPayment(checkoutRef)).rejects.toThrow();
  });
});
