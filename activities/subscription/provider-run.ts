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

type ProviderRun = Pick<Subscription, 'provider' | 'providerSubscriptionRef'>;

/** Certain when it returns. */
export async function cancelAtProvider(deps: ActivityDeps, run: ProviderRun): Promise<void> {
  const { subscriptions, ref } = atProvider(deps, run);
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

function atProvider(deps: ActivityDeps, { provider, providerSubscriptionRef: ref }: ProviderRun) {
  const subscriptions = provider === null ? undefined : providerOf(deps, provider).subscriptions;
  if (!subscriptions || ref === null)
    throw new DomainError('provider_unavailable', 'This provider runs no subscriptions');
  return { subscriptions, ref };
}
