import type { UsageEvent } from '../api/schemas/usage.ts';
import { groupDigits, isZero } from './money.ts';

interface OutcomeWords {
  label: string;
  color: string;
  note: string;
}

const outcomes: Record<string, OutcomeWords> = {
  finished: { label: 'Finished', color: 'petrol', note: 'Charged as the model reported.' },
  refused: { label: 'Refused', color: 'red', note: 'The model refused the call. Nothing is charged.' },
  upstream_failed: {
    label: 'Model failed',
    color: 'red',
    note: 'The model failed before any output. Nothing is charged.',
  },
  caller_left: {
    label: 'You left',
    color: 'orange',
    note: 'The connection was closed early. What was produced until then is charged.',
  },
  broken: {
    label: 'Broke off',
    color: 'orange',
    note: 'The answer broke off. What was produced until then is charged.',
  },
  voided: { label: 'Voided', color: 'gray', note: 'The call was lost on our side. Nothing is charged.' },
};

export function outcomeWords(outcome: string): OutcomeWords {
  return outcomes[outcome] ?? { label: outcome.replaceAll('_', ' '), color: 'gray', note: '' };
}

const pools = [
  ['main_usd', 'Plan'],
  ['backup_usd', 'Backup'],
  ['voucher_usd', 'Voucher'],
  ['wallet_usd', 'Wallet'],
  ['uncollected_usd', 'Not collected'],
] as const;

/** Which pools paid, with how much; a free call was paid by none. */
export function paidFrom(event: Pick<UsageEvent, 'paid_from'>): { label: string; usd: string }[] {
  return pools
    .map(([key, label]) => ({ label, usd: event.paid_from[key] }))
    .filter(({ usd }) => !isZero(usd));
}

type Tokens = Pick<UsageEvent, 'input_tokens' | 'output_tokens' | 'cache_read_tokens' | 'cache_write_tokens'>;

/** Everything that was read, from the cache or not; exact, because a count may pass 2^53. */
export function tokensIn(event: Tokens): string {
  const sum = BigInt(event.input_tokens) + BigInt(event.cache_read_tokens) + BigInt(event.cache_write_tokens);
  return groupDigits(sum.toString());
}

export function tokensOut(event: Tokens): string {
  return groupDigits(event.output_tokens);
}

const items: Record<string, string> = {
  input: 'Input',
  output: 'Output',
  cache_read: 'Read from cache',
  cache_write_5m: 'Written to cache, 5 min',
  cache_write_1h: 'Written to cache, 1 h',
  image_input: 'Image input',
  image_output: 'Image output',
  audio_input: 'Audio input',
  audio_output: 'Audio output',
  call: 'The call itself',
};

/** What a line of a charge is for; a unit such as "image:1024x1024:high" says it itself. */
export function itemWords(item: string): string {
  const words = items[item] ?? item.replaceAll(':', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
