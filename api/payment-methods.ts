import { v5 as uuidv5 } from 'uuid';
import { DomainError } from '../billing/errors.ts';
import { findCardSetup } from '../db/card-setups.ts';
import { listPaymentMethods, removePaymentMethod } from '../db/payment-methods.ts';
import { wakeSoon } from '../db/wake-subscription.ts';
import {
  type CardSetupInput,
  type CardSetupState,
  cardSetupStart,
  cardSetupWorkflow,
  checkSetupUpdate,
  issueSetupLinkUpdate,
} from '../workflows/contract.ts';
import { askWorkflow } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';
import { readPlanNow } from './plan-now.ts';
import { requireSandboxMoney } from './plan-purchase.ts';
import type { CardSetupView, PaymentMethodView } from './schemas/payment-methods.ts';
import { methodOf } from './top-up-methods.ts';

const SETUP_NAMESPACE = '0d2b5a3e-5c34-4d0c-9a52-7f0f4a1b6c90';

/** The first is the one that is charged. */
export async function paymentMethodViews({ db }: ApiDeps, accountId: string): Promise<PaymentMethodView[]> {
  const methods = await listPaymentMethods(db, accountId);
  return methods.map((method, index) => ({
    id: method.id,
    provider: method.provider,
    brand: method.brand,
    last4: method.last4,
    expires_month: method.expiresMonth,
    expires_year: method.expiresYear,
    used_for_renewals: index === 0,
    created_at: method.createdAt.toISOString(),
  }));
}

/** What is renewed by a removed card is paid by hand, and its reminder may be due now. */
export async function forgetPaymentMethod({ db }: ApiDeps, accountId: string, id: string): Promise<void> {
  const removed = await db.transaction(async (trx) => {
    const found = await removePaymentMethod(trx, accountId, id);
    if (found) await wakeSoon(trx, accountId);
    return found;
  });
  if (!removed) throw new DomainError('not_found', 'There is no such payment method');
}

/** The page to save a card on. The same key answers the same page. */
export async function startCardSetup(
  deps: ApiDeps,
  accountId: string,
  idempotencyKey: string,
): Promise<CardSetupView> {
  const { provider } = methodOf(deps.config, 'card');
  requireSandboxMoney(deps.config, await readPlanNow(deps.db, accountId));
  const setupId = uuidv5(`${accountId}:${idempotencyKey}`, SETUP_NAMESPACE);
  const input: CardSetupInput = { setupId, accountId, idempotencyKey, provider };
  const state = await askWorkflow(deps, starting(input), issueSetupLinkUpdate, {});
  return toWire(state);
}

export async function cardSetupView(deps: ApiDeps, accountId: string, id: string): Promise<CardSetupView> {
  const { checkoutUrl, ...setup } = await ownSetup(deps, accountId, id);
  return toWire({ ...setup, setupId: id, url: setup.status === 'open' ? checkoutUrl : null });
}

/** Asks the provider whether a card was left. One that is over is not asked about again. */
export async function checkCardSetup(deps: ApiDeps, accountId: string, id: string): Promise<CardSetupView> {
  const { status, provider, idempotencyKey } = await ownSetup(deps, accountId, id);
  if (status === 'open') {
    const input: CardSetupInput = { setupId: id, accountId, idempotencyKey, provider };
    await askWorkflow(deps, starting(input), checkSetupUpdate, {});
  }
  return cardSetupView(deps, accountId, id);
}

async function ownSetup({ db }: ApiDeps, accountId: string, id: string) {
  const setup = await findCardSetup(db, id);
  if (setup?.accountId !== accountId) throw new DomainError('not_found', 'There is no such page');
  return setup;
}

function starting(input: CardSetupInput) {
  return { workflow: cardSetupWorkflow, options: cardSetupStart(input) };
}

function toWire({ setupId, status, url, paymentMethodId }: CardSetupState): CardSetupView {
  return { id: setupId, status, url, payment_method_id: paymentMethodId };
}
