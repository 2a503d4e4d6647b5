import { DomainError } from '../../billing/errors.ts';
import { changeSubscription, type Subscription } from '../../db/subscriptions.ts';
import type { ProviderSubscriptionFact } from '../../providers/recurring.ts';
import type { ActivityDeps } from '../deps.ts';
import { providerOf } from '../order-parts.ts';
import { type TurnInput, takeTurn } from './turn.ts';

export function fetchAtProvider(
  deps: ActivityDeps,
  subscription: Subscription,
): Promise<ProviderSubscriptionFact> {
  const { subscriptions, ref } = atProvider(deps, subscription);
  return subscriptions.fetchSubscription(ref);
}

/** Certain when it returns. */
export async function cancelAtProvider(deps: ActivityDeps, subscription: Subscription): Promise<void> {
  const { subscriptions, ref } = atProvider(deps, subscription);
  await subscriptions.cancelSubscription(ref);
}

/** The provider charges no more, for certain; whatever is paid from now on is paid by hand. */
export async function stopProviderRun(
  deps: ActivityDeps,
  input: TurnInput,
  subscription: Subscription,
): Promise<void> {
  await cancelAtProvider(deps, subscription);
  await takeTurn(deps, input, ({ trx }) => changeSubscription(trx, subscription.id, { renewal: 'invoice' }));
}

function atProvider(deps: ActivityDeps, { provider, providerSubscriptionRef: ref }: Subscription) {
  const subscriptions = provider === null ? undefined : providerOf(deps, provider).subscriptions;
  if (!subscriptions || ref === null)
    throw new DomainError('provider_unavailable', 'This provider runs no subscriptions');
  return { subscriptions, ref };
}
