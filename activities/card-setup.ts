import { DomainError } from '../billing/errors.ts';
import { closeCardSetup, findCardSetup, insertCardSetup, storeSetupPage } from '../db/card-setups.ts';
import { readEmail } from '../db/order-limits.ts';
import { customerRefOf, savePaymentMethod } from '../db/payment-methods.ts';
import type { CardSetupInput, CardSetupState } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';
import { providerOf } from './order-parts.ts';

export type CardSetupActivities = ReturnType<typeof createCardSetupActivities>;

export function createCardSetupActivities(deps: ActivityDeps) {
  return {
    openCardSetup: (input: CardSetupInput): Promise<CardSetupState> => openCardSetup(deps, input),
    checkCardSetup: (input: { setupId: string }): Promise<CardSetupState> =>
      checkCardSetup(deps, input.setupId),
    tellOfCard: (input: { accountId: string; paymentMethodId: string }): Promise<void> =>
      deps.messages.cardChanged(input.accountId, input.paymentMethodId),
  };
}

/** Makes the page, or finds the one that was made. */
async function openCardSetup(deps: ActivityDeps, input: CardSetupInput): Promise<CardSetupState> {
  const { setupId: id, accountId, idempotencyKey, provider } = input;
  await insertCardSetup(deps.db, { id, accountId, provider, idempotencyKey });
  const setup = await existing(deps, id);
  if (setup.checkoutRef !== null) return stateOf(setup);
  const page = `${deps.publicUrl}/console/plans?setup=${id}`;
  const { checkoutRef, url } = await cardsOf(deps, provider).createSetup({
    setupId: id,
    accountId,
    email: await readEmail(deps.db, accountId),
    customerRef: await customerRefOf(deps.db, accountId, provider),
    currency: 'USD',
    successUrl: page,
    cancelUrl: `${deps.publicUrl}/console/plans`,
  });
  await storeSetupPage(deps.db, { id, checkoutRef, checkoutUrl: url });
  return stateOf(await existing(deps, id));
}

/** Asks the provider, and keeps the card that was left. */
async function checkCardSetup(deps: ActivityDeps, setupId: string): Promise<CardSetupState> {
  const setup = await existing(deps, setupId);
  if (setup.status !== 'open' || setup.checkoutRef === null) return stateOf(setup);
  const { status, card } = await cardsOf(deps, setup.provider).fetchSetup(setup.checkoutRef);
  if (status === 'open' || (status === 'complete' && !card)) return stateOf(setup);
  await deps.db.transaction(async (trx) => {
    const { accountId } = setup;
    const paymentMethodId = card ? await savePaymentMethod(trx, { ...card, accountId }) : null;
    await closeCardSetup(trx, { id: setupId, status, paymentMethodId });
  });
  return stateOf(await existing(deps, setupId));
}

function cardsOf(deps: ActivityDeps, provider: CardSetupInput['provider']) {
  const { savedCards } = providerOf(deps, provider);
  if (!savedCards) throw new DomainError('method_not_available', 'This payment method keeps no cards');
  return savedCards;
}

async function existing({ db }: ActivityDeps, id: string) {
  const setup = await findCardSetup(db, id);
  if (!setup) throw new DomainError('not_found', `There is no card setup ${id}`);
  return setup;
}

function stateOf(setup: Awaited<ReturnType<typeof existing>>): CardSetupState {
  const { id: setupId, status, checkoutUrl, paymentMethodId } = setup;
  return { setupId, status, url: status === 'open' ? checkoutUrl : null, paymentMethodId };
}
