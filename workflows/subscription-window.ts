import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SubscriptionReport } from '../activities/subscription.ts';
import { type SubscriptionState, searchAttributes } from './contract.ts';

export function stateOf({ subscriptionId, status, words }: SubscriptionReport): SubscriptionState {
  return { subscriptionId, status, next: words };
}

/** What the Temporal UI shows of a plan. */
export class SubscriptionWindow {
  #shown = '';

  show({ status, reason, period, words }: SubscriptionReport): void {
    setCurrentDetails(words);
    const attributes = JSON.stringify([status, reason, period]);
    // Each change is an event of the history.
    if (attributes === this.#shown) return;
    this.#shown = attributes;
    upsertSearchAttributes([
      { key: searchAttributes.subscriptionStatus, value: status },
      { key: searchAttributes.attentionReason, value: reason },
      { key: searchAttributes.period, value: period },
    ]);
  }
}
