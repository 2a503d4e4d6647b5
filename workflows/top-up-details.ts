import type { TopUpState } from './contract.ts';

export interface DescribedOrder extends TopUpState {
  number: string;
  provider: string;
  askedFor: string;
  expiresAt: string;
  toBeFulfilled: boolean;
  nextLookAt: string;
}

/** What the Temporal UI shows of a top-up, in words for a support agent. Markdown. */
export function describeOrder(order: DescribedOrder): string {
  return `**${order.number}**: ${order.askedFor} by ${order.provider}\n\n${situationOf(order)}`;
}

const help =
  'Support can send `checkWithProvider`, `extendOrder`, `cancelOrder` or `failOrder`, each with `{"requestedBy": "your name"}`.';

function situationOf(order: DescribedOrder): string {
  const { provider, askedFor, expiresAt, nextLookAt } = order;
  switch (order.status) {
    case 'created':
      return `Asking ${provider} for a payment page, again and again until ${expiresAt}. Nobody could pay yet.`;
    case 'link_issued':
      return [
        `Waiting for the customer to pay ${askedFor} at ${provider}. The page is closed at ${expiresAt}.`,
        `Next question to the provider at ${nextLookAt}. ${help}`,
      ].join('\n\n');
    case 'paid':
      if (order.toBeFulfilled) return "Paid. The account's `subscription` workflow does what was bought.";
      return [
        'The customer has finished. The money is on its way (a delayed payment method), nothing is credited yet.',
        `Next question to the provider at ${nextLookAt}. Support can send \`checkWithProvider\`.`,
      ].join('\n\n');
    case 'needs_review':
      return [
        `**A person has to look at this: ${reasonOf(order)}**`,
        `Next question to the provider at ${nextLookAt}. Support can send \`checkWithProvider\` or \`failOrder\`.`,
      ].join('\n\n');
    case 'credited':
      return 'Paid and credited. Nothing is left to do.';
    default:
      return `The order is ${order.status}. Money that still arrives is credited when its event comes, or on \`check again\`.`;
  }
}

function reasonOf({ attentionReason, provider }: DescribedOrder): string {
  switch (attentionReason) {
    case 'currency_mismatch':
      return 'the payment came in another currency than the order asks for. Nothing was credited.';
    case 'checkout_mismatch':
      return 'the payment names another order or another checkout. Nothing was credited.';
    case 'live_mode_mismatch':
      return 'a test payment met a live order, or the reverse. Nothing was credited.';
    case 'second_payment':
      return 'a second payment arrived for an order that is already credited. Refund it or credit it by hand.';
    case 'provider_unreachable':
      return `${provider} does not answer, so nobody knows whether the order was paid.`;
    case 'still_processing':
      return `${provider} has said "on its way" for two weeks.`;
    case 'nothing_paid':
      return 'the provider says "paid" about an amount of nothing.';
    case null:
      return 'no reason is known.';
  }
}
