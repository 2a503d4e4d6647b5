import type { LineItem } from '../checkout/line-items.ts';
import { returnUrl } from '../checkout/parameters.ts';
import { cards } from '../payments/cards.ts';
import type { Session } from '../wire.ts';
import { escapeHtml, formatAmount } from './html.ts';
import { style } from './style.ts';

export interface PageInput {
  session: Session;
  lines: LineItem[];
  /** Why the bank refused the last card; absent where it refused none. */
  refusal: string | undefined;
  /** Whether money is on its way. */
  isProcessing: boolean;
}

/** The page where the buyer pays or leaves a card: one form whose buttons are the outcomes. */
export function renderPage(input: PageInput): string {
  const { session, lines } = input;
  const isSetup = session.mode === 'setup';
  const amount = priceOf(session, lines);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${isSetup ? 'Save a card' : `Pay ${escapeHtml(amount)}`} (simulated)</title>
<style>${style}</style>
</head>
<body>
<p class="banner" role="note">Simulated Stripe page. No real money moves.</p>
<main data-session="${session.id}" data-status="${session.status}" data-payment-status="${session.payment_status}">
<div class="card">
<h1>${isSetup ? 'Save a card for later payments' : escapeHtml(lines.map((line) => line.description).join(', '))}</h1>
${isSetup ? '' : `<p class="amount" id="amount" data-testid="amount">${escapeHtml(amount)}</p>`}
${details(session, lines)}
${input.refusal === undefined ? '' : errorNotice(input.refusal)}
${controls(input, amount)}
${backLink(session)}
</div>
</main>
</body>
</html>
`;
}

/** `$20.00`, or `$20.00 / month` where it repeats. */
function priceOf(session: Session, lines: LineItem[]): string {
  const amount = formatAmount(session.amount_total ?? 0, session.currency ?? 'usd');
  const repeats = lines[0]?.price.recurring;
  if (!repeats) return amount;
  const { interval, interval_count: count } = repeats;
  return `${amount} / ${count === 1 ? interval : `${count} ${interval}s`}`;
}

function details(session: Session, lines: LineItem[]): string {
  // One line is the heading already.
  const rows = lines.length < 2 ? [] : lines.map(lineRow);
  const email = session.customer_details?.email ?? session.customer_email;
  if (email) rows.push(row('E-mail', email));
  if (session.status === 'open') {
    const until = new Date(session.expires_at * 1000).toISOString();
    rows.push(row('Link works until', `${until.slice(0, 10)} ${until.slice(11, 16)} UTC`));
  }
  return `<dl>${rows.join('')}</dl>`;
}

function lineRow(line: LineItem): string {
  return row(
    `${line.description} × ${line.quantity}`,
    formatAmount(line.amount_total, line.currency),
    'money',
  );
}

function row(term: string, text: string, kind = ''): string {
  return `<div><dt>${escapeHtml(term)}</dt><dd class="${kind}">${escapeHtml(text)}</dd></div>`;
}

function errorNotice(message: string): string {
  return `<p class="notice error" id="error" role="alert">${escapeHtml(message)}</p>`;
}

function controls({ session, isProcessing }: PageInput, amount: string): string {
  const form = (content: string) => `<form method="post">${content}</form>`;
  if (session.status === 'open') return form(cardPicker() + openButtons(session, escapeHtml(amount)));
  if (session.status === 'expired') return notice('This page has expired. You have not been charged.');
  if (session.mode === 'setup') return notice('The card is saved. You are all done here.');
  if (session.payment_status !== 'unpaid') return notice('Paid. You are all done here.');
  if (!isProcessing) return notice('The bank refused the payment.');
  return (
    notice('The payment is on its way. A bank takes days for this; here you decide.') +
    form(button('settle', 'Let the money arrive', 'primary') + button('fail-later', 'Let the bank refuse it'))
  );
}

function cardPicker(): string {
  const options = cards.map((card) => `<option value="${card.last4}">${escapeHtml(card.label)}</option>`);
  return `<label for="card">Test card</label>
<select id="card" name="card" data-testid="card">${options.join('')}</select>`;
}

function openButtons({ mode, payment_method_types }: Session, amount: string): string {
  const takesBanks = mode === 'payment' && payment_method_types.includes('us_bank_account');
  return [
    mode === 'setup' ? button('save', 'Save card', 'primary') : button('pay', `Pay ${amount}`, 'primary'),
    takesBanks ? button('pay-later', 'Pay later (bank transfer)') : '',
    button('decline', 'Let the card be declined'),
    button('expire', 'Let this page expire'),
  ].join('\n');
}

function button(action: string, label: string, kind = ''): string {
  return `<button id="${action}" data-testid="${action}" class="${kind}" formaction="?action=${action}">${label}</button>`;
}

function notice(text: string): string {
  return `<p class="notice" role="status">${text}</p>`;
}

function backLink(session: Session): string {
  const isDone = session.status === 'complete' && session.success_url !== null;
  const target = isDone ? returnUrl(session.success_url ?? '', session.id) : session.cancel_url;
  if (target === null) return '';
  return `<a id="back" data-testid="back" href="${escapeHtml(target)}">← Back to the shop</a>`;
}
