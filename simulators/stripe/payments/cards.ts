/** How a card answers when it is charged while its owner is away. */
export interface Card {
  last4: string;
  label: string;
  /** The `pm_card_…` shorthand of Stripe's test mode. */
  token: string;
  brand: 'visa';
  onSession: 'ok' | Decline;
  offSession: 'ok' | Decline;
}

/** `processing`: the bank says later. */
export type BankAnswer = 'ok' | 'processing' | Decline;

export interface Decline {
  code: 'authentication_required' | 'card_declined';
  declineCode: string;
  message: string;
}

const authentication: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};
const insufficientFunds: Decline = {
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
};
export const genericDecline: Decline = {
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: 'Your card was declined.',
};

/** What a saved card can be told to answer from now on. */
export const cardAnswers = {
  ok: 'ok',
  processing: 'processing',
  declined: genericDecline,
  insufficient_funds: insufficientFunds,
  needs_authentication: authentication,
} as const satisfies Record<string, BankAnswer>;
export type CardAnswer = keyof typeof cardAnswers;

export const cards: readonly Card[] = [
  {
    last4: '4242',
    label: 'Visa 4242, always works',
    token: 'pm_card_visa',
    brand: 'visa',
    onSession: 'ok',
    offSession: 'ok',
  },
  {
    last4: '3184',
    label: 'Visa 3184, later charges need authentication',
    token: 'pm_card_authenticationRequired',
    brand: 'visa',
    onSession: 'ok',
    offSession: authentication,
  },
  {
    last4: '0341',
    label: 'Visa 0341, later charges are declined',
    token: 'pm_card_chargeCustomerFail',
    brand: 'visa',
    onSession: 'ok',
    offSession: genericDecline,
  },
  {
    last4: '9995',
    label: 'Visa 9995, insufficient funds',
    token: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    brand: 'visa',
    onSession: insufficientFunds,
    offSession: insufficientFunds,
  },
];

const [workingCard] = cards;

/** The card with this ending or test token; the one that always works for anything unknown. */
export function findCard(name: string | undefined): Card {
  const found = cards.find((card) => card.last4 === name || card.token === name) ?? workingCard;
  if (found === undefined) throw new Error('there is no card');
  return found;
}
