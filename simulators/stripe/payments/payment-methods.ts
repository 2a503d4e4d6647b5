import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import type { PaymentMethod } from '../wire.ts';
import { type BankAnswer, type Card, type CardAnswer, cardAnswers, cards, findCard } from './cards.ts';

export interface Buyer {
  email: string | null;
  name: string | null;
  customer: string | null;
}

/** Makes a payment method of this card; it belongs to a customer only where it is saved. */
export function createCard(simulator: Simulator, card: Card, buyer: Buyer, saved: boolean): PaymentMethod {
  return simulator.objects.insert<PaymentMethod>({
    ...paymentMethodBase(simulator, buyer),
    customer: saved ? buyer.customer : null,
    type: 'card',
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(simulator.now()).getUTCFullYear() + 4,
      fingerprint: `simulated${card.last4}`,
      funding: 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  });
}

/** A bank account: the money of such a payment arrives days later, or never. */
export function createBankAccount(simulator: Simulator, buyer: Buyer): PaymentMethod {
  return simulator.objects.insert<PaymentMethod>({
    ...paymentMethodBase(simulator, buyer),
    customer: null,
    type: 'us_bank_account',
  });
}

function paymentMethodBase(simulator: Simulator, buyer: Buyer) {
  return {
    id: newId('pm'),
    object: 'payment_method' as const,
    billing_details: { address: null, email: buyer.email, name: buyer.name, phone: null, tax_id: null },
    created: nowInSeconds(simulator),
    customer_account: null,
    livemode: false,
    metadata: {},
  };
}

/** A stored payment method, or a new one where `id` is a test token such as `pm_card_visa`. */
export function resolvePaymentMethod(
  simulator: Simulator,
  id: string,
  customer: string | null,
): PaymentMethod {
  if (!cards.some((card) => card.token === id)) {
    return simulator.objects.get<PaymentMethod>('payment_method', id, 'payment_method');
  }
  return createCard(simulator, findCard(id), { email: null, name: null, customer }, customer !== null);
}

/** What the bank says when this card is charged while its owner is away. */
export function answerOffSession(simulator: Simulator, method: PaymentMethod): BankAnswer {
  const { answer } = simulator.objects.hidden(method.id) as { answer?: CardAnswer };
  return answer === undefined ? findCard(method.card?.last4).offSession : cardAnswers[answer];
}

/** Lets a saved card answer something else from now on. */
export function tellCard(simulator: Simulator, id: string, answer: CardAnswer): PaymentMethod {
  const method = simulator.objects.get<PaymentMethod>('payment_method', id);
  simulator.objects.hide(id, { answer });
  return method;
}
