import type { SwitchQuoteView } from '../api/schemas/plan-orders.ts';
import { formatBalance } from './money.ts';

/** Hundredths of a percent: 1875 is "18.75%". */
export function formatPoints(points: number): string {
  return `${Math.floor(points / 100)}${
    points % 100 === 0
      ? ''
      : `.${String(points % 100)
          .padStart(2, '0')
          .replace(/0$/, '')}`
  }%`;
}

/** Which of the three counts. */
export const deciderWords: Record<SwitchQuoteView['decided_by'], string> = {
  elapsed: 'the time gone',
  used: 'the credits used',
  floor: 'the minimum',
};

/** Why nothing is credited, said plainly; `undefined` where something is. */
export function zeroWords(quote: SwitchQuoteView): string | undefined {
  const { zero_because: because, from, to } = quote;
  switch (because) {
    case null:
      return undefined;
    case 'downgrade':
      return `Switching now credits nothing: the credit is never more than the price difference, and ${to.plan_name} costs less than the ${formatBalance(from.paid_usd)} that you paid for ${from.plan_name}.`;
    case 'same_price':
      return `Switching now credits nothing: the credit is never more than the price difference, and both cost ${formatBalance(to.price_usd)}.`;
    case 'fully_consumed':
      return `Switching now credits nothing: this period of ${from.plan_name} counts as fully consumed.`;
  }
}
