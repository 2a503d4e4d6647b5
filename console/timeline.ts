import type { TopUpDetail } from '../api/schemas/top-ups.ts';
import { isOpen } from './orders.ts';

type OrderEvent = TopUpDetail['timeline'][number];

const eventWords: Record<string, string> = {
  created: 'Order created',
  link_issued: 'Payment page opened',
  checked: 'Asked the payment provider',
  payment_processing: 'Payment on its way',
  payment_seen: 'Payment seen',
  verified: 'Payment verified',
  credited: 'Credited to your wallet',
  expired: 'Payment page closed',
  cancelled: 'Order cancelled',
  failed: 'Payment failed',
  needs_review: 'Passed to a person',
  extended: 'More time given',
  refunded: 'Refunded',
};

const sourceWords: Record<string, string> = {
  customer: 'by you',
  webhook: 'reported by the payment provider',
  poll: 'we asked the payment provider',
  return: 'on your way back from the payment page',
  support: 'by support',
};

type Kind = TopUpDetail['kind'];

/** A kind that is newer than this page still reads as words. */
export function eventTitle(kind: string, of: Kind = 'top_up'): string {
  const words = kind.replaceAll('_', ' ');
  if (kind === 'credited' && of !== 'top_up') return 'Used for your plan';
  return eventWords[kind] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

export function sourceNote(source: string): string | undefined {
  return sourceWords[source];
}

/** What comes next while the order is open, so that a wait is visible as one. */
export function nextSteps(order: Pick<TopUpDetail, 'status' | 'kind'>): string[] {
  if (!isOpen(order)) return [];
  const steps = ['link_issued', 'payment_seen', 'credited'];
  return steps.slice(order.status === 'created' ? 0 : 1).map((kind) => eventTitle(kind, order.kind));
}

/** A poll may write the same line many times: a run of it is one line with the last time. */
export function foldRepeats(events: readonly OrderEvent[]): (OrderEvent & { times: number })[] {
  const folded: (OrderEvent & { times: number })[] = [];
  for (const event of events) {
    const last = folded.at(-1);
    const same = last?.kind === event.kind && last.source === event.source && last.detail === event.detail;
    if (same) folded[folded.length - 1] = { ...event, times: last.times + 1 };
    else folded.push({ ...event, times: 1 });
  }
  return folded;
}
