import type Stripe from 'stripe';
import type { SavedCard, SavedCards } from '../recurring.ts';
import { charge, findCharge } from './charges.ts';
import { asking, isMissing, isRefusal } from './failures.ts';
import { savedCardOf } from './saved-card.ts';
import { createSetup, fetchSetup } from './setups.ts';

/** Cards that customers left with Stripe. */
export function stripeSavedCards(stripe: Stripe, live: boolean): SavedCards {
  return {
    createSetup: (input) => asking(() => createSetup(stripe, input)),
    fetchSetup: (checkoutRef) => asking(() => fetchSetup(stripe, checkoutRef)),
    fetchSavedCard: (paymentRef) => asking(() => fetchSavedCard(stripe, paymentRef)),
    charge: (input) => asking(() => charge(stripe, input, live)),
    findCharge: (input) => asking(() => findCharge(stripe, input)),
    forgetCard: (methodRef) => asking(() => forgetCard(stripe, methodRef)),
  };
}

async function fetchSavedCard(stripe: Stripe, paymentRef: string): Promise<SavedCard | undefined> {
  // The payment of a provider-run subscription is an invoice: its card is the provider's business.
  if (!paymentRef.startsWith('pi_')) return undefined;
  const intent = await stripe.paymentIntents.retrieve(paymentRef, { expand: ['payment_method'] });
  return intent.setup_future_usage === 'off_session' ? savedCardOf(intent.payment_method) : undefined;
}

async function forgetCard(stripe: Stripe, methodRef: string): Promise<void> {
  try {
    await stripe.paymentMethods.detach(methodRef);
  } catch (error) {
    if (isMissing(error)) return;
    // Stripe has no code for a card that nobody has any more.
    if (!isRefusal(error) || (await hasOwner(stripe, methodRef))) throw error;
  }
}

async function hasOwner(stripe: Stripe, methodRef: string): Promise<boolean> {
  const method = await stripe.paymentMethods.retrieve(methodRef);
  return method.customer !== null;
}
