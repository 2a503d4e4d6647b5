import type { TopUp } from '../api/schemas/top-ups.ts';

export type OrderTone = 'waiting' | 'good' | 'attention' | 'bad' | 'quiet';

export interface OrderWords {
  label: string;
  tone: OrderTone;
  headline: string;
  sentence: string;
}

/** What each state of a top-up means to the person who pays. One word per state, the same on every page. */
const orderWords: Record<TopUp['status'], OrderWords> = {
  created: {
    label: 'Preparing',
    tone: 'waiting',
    headline: 'We are preparing the payment page',
    sentence: 'This takes a moment. Nothing has been charged.',
  },
  link_issued: {
    label: 'Waiting for payment',
    tone: 'waiting',
    headline: 'We are waiting for your payment',
    sentence: 'The payment page is open. Once you have paid, your balance changes by itself within seconds.',
  },
  paid: {
    label: 'Payment on its way',
    tone: 'waiting',
    headline: 'Your payment is on its way',
    sentence:
      'You have finished paying. It is credited by itself once it arrives; a bank can take days for that.',
  },
  credited: {
    label: 'Credited',
    tone: 'good',
    headline: 'Credited',
    sentence: 'The payment is in your wallet and ready to use.',
  },
  refund_pending: {
    label: 'Refund under way',
    tone: 'waiting',
    headline: 'Your refund is under way',
    sentence: 'It was sent to your bank or payment provider, where it can take some days to show.',
  },
  refunded: {
    label: 'Refunded',
    tone: 'quiet',
    headline: 'This payment was refunded',
    sentence: 'It was returned in full, the way it was paid.',
  },
  partly_refunded: {
    label: 'Partly refunded',
    tone: 'quiet',
    headline: 'A part of this payment was refunded',
    sentence: 'The part was returned the way it was paid.',
  },
  disputed: {
    label: 'Disputed',
    tone: 'attention',
    headline: 'Your bank disputes this payment',
    sentence: 'The amount is set aside until the dispute is decided.',
  },
  won: {
    label: 'Dispute closed',
    tone: 'good',
    headline: 'The dispute is closed',
    sentence: 'The amount is back in your wallet.',
  },
  lost: {
    label: 'Charged back',
    tone: 'quiet',
    headline: 'Your bank took this payment back',
    sentence: 'The dispute was decided that way, so the amount left your wallet.',
  },
  expired: {
    label: 'Expired',
    tone: 'quiet',
    headline: 'The payment page has closed',
    sentence: 'No payment arrived in time. If you did pay, the money is still credited once it arrives.',
  },
  cancelled: {
    label: 'Cancelled',
    tone: 'quiet',
    headline: 'This order was cancelled',
    sentence: 'Nothing was charged. Money that still arrives is credited.',
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    headline: 'The payment did not go through',
    sentence: 'Nothing was credited. You can start a new top-up.',
  },
  needs_review: {
    label: 'In review',
    tone: 'attention',
    headline: 'A person is looking at this order',
    sentence: 'You need not do anything. Please do not pay again.',
  },
};

const planOutcomes: Record<string, { headline: string; sentence: string }> = {
  activate: { headline: 'Your plan has begun', sentence: 'Its credits are there, ready to use.' },
  append: {
    headline: 'Thirty days were added',
    sentence: 'They begin when the pass that runs is over, with all their credits.',
  },
  switch: {
    headline: 'You have switched plans',
    sentence: 'The new plan runs. What was left of the old one is in your wallet, as the timeline says.',
  },
  renew: { headline: 'Your next month is paid', sentence: 'Its credits come when it begins.' },
  wallet: {
    headline: 'Your payment is in your wallet',
    sentence: 'It could not become the plan any more, as the timeline says. You can spend it on calls.',
  },
};

/** Where a plan is bought, the words of a top-up would promise a balance. */
const planStates: Partial<Record<TopUp['status'], Partial<OrderWords>>> = {
  link_issued: {
    sentence: 'The payment page is open. Once you have paid, your plan follows by itself within seconds.',
  },
  paid: {
    headline: 'Your payment was seen',
    sentence:
      'Your plan follows by itself once it is confirmed: within seconds by card, by bank it can take days.',
  },
  credited: { label: 'Done', headline: 'Done', sentence: 'The payment was used for your plan.' },
  failed: { sentence: 'Nothing was charged and your plan is as it was. You can start a new order.' },
  expired: {
    sentence:
      'No payment arrived in time, and your plan is as it was. If you did pay, it still counts once it arrives.',
  },
  cancelled: { sentence: 'Nothing was charged, and your plan is as it was.' },
};

/** The words for an order, whatever it buys. */
export function wordsOf(order: Pick<TopUp, 'kind' | 'status' | 'fulfilled_as'>): OrderWords {
  const words = orderWords[order.status];
  if (order.kind === 'top_up') return words;
  const outcome = order.status === 'credited' ? planOutcomes[order.fulfilled_as ?? ''] : undefined;
  return { ...words, ...planStates[order.status], ...outcome };
}

const methodWords: Record<string, string> = { card: 'Card', card_once: 'Card, not saved', crypto: 'Crypto' };

export function methodName(method: string): string {
  return methodWords[method] ?? method.replaceAll('_', ' ');
}

const attentionWords: Record<NonNullable<TopUp['attention_reason']>, string> = {
  currency_mismatch: 'The payment arrived in another currency than the order asked for.',
  checkout_mismatch: 'A payment arrived that does not match the payment page we issued.',
  live_mode_mismatch: 'The payment was made in a test mode that does not match this service.',
  second_payment: 'A second payment arrived for this order.',
  provider_unreachable:
    'The payment provider does not answer, so we cannot tell yet whether you paid. We keep asking.',
  still_processing: 'The payment has been on its way for longer than usual. We keep asking the provider.',
  nothing_paid: 'The provider says that the checkout is finished, but reports no payment.',
};

export function attentionSentence(reason: NonNullable<TopUp['attention_reason']>): string {
  return attentionWords[reason];
}

/** It still waits for money. */
export function isOpen(order: Pick<TopUp, 'status'>): boolean {
  return ['created', 'link_issued', 'paid'].includes(order.status);
}

/** No longer open, but someone else is still at work on it. */
export function isSettling(order: Pick<TopUp, 'status'>): boolean {
  return ['needs_review', 'refund_pending', 'disputed'].includes(order.status);
}

/** The customer may still call it off: no money was seen. */
export function canCancel(order: Pick<TopUp, 'status'>): boolean {
  return order.status === 'created' || order.status === 'link_issued';
}

/** Asking the provider again can still change something: late money is credited. */
export function canCheck(order: Pick<TopUp, 'status'>): boolean {
  return isOpen(order) || ['expired', 'cancelled', 'failed', 'needs_review'].includes(order.status);
}
