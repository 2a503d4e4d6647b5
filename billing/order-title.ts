import { formatUsd } from './money.ts';
import type { OrderKind } from './orders.ts';

/** What an order buys, in a line: on the payment page, in lists, on receipts. */
export function orderTitle(order: {
  kind: OrderKind;
  creditNanos: bigint;
  /** `undefined` only of a top-up. */
  planName: string | undefined;
}): string {
  const { kind, creditNanos, planName = '' } = order;
  if (kind === 'top_up') return `Balance of $${formatUsd(creditNanos)}`;
  if (kind === 'pass') return `${planName} pass, 30 days`;
  if (kind === 'renewal') return `${planName} plan, renewal for one month`;
  if (kind === 'switch') return `Switch to the ${planName} plan, one month`;
  return `${planName} plan, one month`;
}
