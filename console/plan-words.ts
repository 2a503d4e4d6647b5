import type { PaymentDue, SubscriptionPeriod } from '../api/schemas/subscriptions.ts';
import { formatBalance } from './money.ts';

export interface DueWords {
  title: string;
  sentence: string;
  /** `waiting`: nothing is to be done. */
  tone: 'waiting' | 'ask' | 'bad';
}

/** Why the next month is not paid. */
export function dueWords({ reason, amount_usd }: Pick<PaymentDue, 'reason' | 'amount_usd'>): DueWords {
  const amount = formatBalance(amount_usd);
  switch (reason) {
    case 'awaiting_payment':
      return { tone: 'ask', title: 'Your next month can be paid', sentence: `${amount} for the next month.` };
    case 'declined':
      return {
        tone: 'bad',
        title: 'Your card was declined',
        sentence: `${amount} for the next month could not be charged. Pay now, or change the card.`,
      };
    case 'needs_authentication':
      return {
        tone: 'bad',
        title: 'Your bank wants you to confirm the payment',
        sentence: `${amount} for the next month wait for you: pay now, and your bank asks you there.`,
      };
    case 'charge_unknown':
      return {
        tone: 'waiting',
        title: 'We are asking whether your payment went through',
        sentence: `${amount} were asked for. You need not do anything; nothing is charged twice.`,
      };
    case 'charge_processing':
      return {
        tone: 'waiting',
        title: 'Your payment is on its way',
        sentence: `${amount} are being charged. You need not do anything.`,
      };
  }
}

interface Badge {
  label: string;
  color: string;
}

export const periodStates: Record<SubscriptionPeriod['status'], Badge> = {
  due: { label: 'Due', color: 'orange' },
  paid: { label: 'Paid ahead', color: 'blue' },
  granted: { label: 'Granted', color: 'petrol' },
  skipped: { label: 'Skipped', color: 'gray' },
  unpaid: { label: 'Not paid', color: 'red' },
};

export const paidByWords: Record<NonNullable<SubscriptionPeriod['paid_by']>, string> = {
  order: 'Paid by order',
  charge: 'Saved card',
  provider_subscription: 'Charged by the payment provider',
  by_hand: 'Granted by support',
  nothing: 'Nothing to pay',
};

type Charge = SubscriptionPeriod['charges'][number];

export const chargeWords: Record<Charge['status'], string> = {
  unknown: 'not answered yet',
  processing: 'on its way',
  succeeded: 'paid',
  declined: 'declined',
  needs_authentication: 'needs a confirmation at the bank',
};

const reasonWords: Record<string, string> = {
  awaiting_payment: 'Waits for payment',
  declined: 'Card declined',
  needs_authentication: 'The bank wants a confirmation',
  charge_unknown: 'Not known yet',
  charge_processing: 'Payment on its way',
};

/** Codes of ours and of banks as words; what support wrote stays as it is. */
export function reasonText(reason: string): string {
  return reasonWords[reason] ?? reason.replaceAll('_', ' ');
}
