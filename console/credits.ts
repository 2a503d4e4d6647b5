import { groupDigits } from './money.ts';

/** Credits arrive as exact decimal strings, one a cent. Shown with two decimals at most, rounded down. */
export function formatCredits(credits: string): string {
  const [whole = '0', fraction = ''] = credits.split('.');
  const shown = fraction.slice(0, 2).replace(/0+$/, '');
  return `${groupDigits(whole)}${shown && `.${shown}`}`;
}

/** What was used: a trace of use is not shown as none. */
export function formatUsed(credits: string): string {
  const shown = formatCredits(credits);
  return shown === '0' && /[1-9]/.test(credits) ? 'under 0.01' : shown;
}
