import { cardAnswers } from '../payments/cards.ts';
import type { Customer, Invoice, PaymentIntent, PaymentMethod, Subscription } from '../wire.ts';
import { escapeHtml, formatAmount } from './html.ts';
import { style } from './style.ts';

export interface Desk {
  cards: { method: PaymentMethod; customer: Customer; answer: string }[];
  processing: PaymentIntent[];
  subscriptions: Subscription[];
  unpaid: Invoice[];
}

/** What a person at the bank, or at the provider, can do while the customer is away. */
export function renderDesk(desk: Desk): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Bank and provider (simulated)</title>
<style>${style}</style>
</head>
<body>
<p class="banner" role="note">Simulated Stripe. No real money moves.</p>
<main>
<h1>Bank and provider</h1>
${section('Saved cards: what they answer from now on', desk.cards.map(cardEntry))}
${section('Charges on their way', desk.processing.map(chargeEntry))}
${section('Subscriptions of the provider', desk.subscriptions.map(subscriptionEntry))}
${section('Unpaid invoices', desk.unpaid.map(invoiceEntry))}
</main>
</body>
</html>
`;
}

function section(title: string, entries: string[]): string {
  const content = entries.length === 0 ? '<p>None.</p>' : entries.join('\n');
  return `<section class="card"><h2>${title}</h2>${content}</section>`;
}

function cardEntry({ method, customer, answer }: Desk['cards'][number]): string {
  const options = Object.keys(cardAnswers).map(
    (name) => `<option${name === answer ? ' selected' : ''}>${name}</option>`,
  );
  const name = `Card ${method.card?.last4 ?? method.type} of ${customer.email ?? customer.id}`;
  const select = `<select name="answer" aria-label="${escapeHtml(name)}">${options.join('')}</select>`;
  return entry(method.id, name, select + button('answer', 'Answer so from now on'));
}

function chargeEntry(intent: PaymentIntent): string {
  const name = `${formatAmount(intent.amount, intent.currency)}: ${intent.description ?? intent.id}`;
  return entry(
    intent.id,
    name,
    button('settle', 'Let the money arrive') + button('fail', 'Let the bank refuse it'),
  );
}

function subscriptionEntry(subscription: Subscription): string {
  const end = subscription.items.data[0]?.current_period_end ?? 0;
  const until = new Date(end * 1000).toISOString().slice(0, 10);
  return entry(
    subscription.id,
    `${subscription.description ?? subscription.id}: ${subscription.status}, until ${until}`,
    button('charge-paid', 'Charge the next period') +
      button('charge-declined', 'Charge it, the bank refuses') +
      button('end', 'End it'),
  );
}

function invoiceEntry(invoice: Invoice): string {
  const name = `${formatAmount(invoice.amount_due, invoice.currency)} of ${invoice.customer_email ?? invoice.id}`;
  return entry(
    invoice.id,
    name,
    button('retry-paid', 'Try again') + button('retry-declined', 'Try again, in vain'),
  );
}

function entry(id: string, name: string, controls: string): string {
  return `<form method="post" id="${id}"><p><b>${escapeHtml(name)}</b></p>
<input type="hidden" name="id" value="${id}">${controls}</form>`;
}

function button(action: string, label: string): string {
  return `<button name="action" value="${action}" data-testid="${action}">${label}</button>`;
}
