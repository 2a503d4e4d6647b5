import { listRemovedCards, markForgotten } from '../db/removed-cards.ts';
import type { ActivityDeps } from './deps.ts';

/** What customers removed is removed at its provider. A provider that is away is asked again by the next pass. */
export async function forgetRemovedCards({
  db,
  providers,
}: Pick<ActivityDeps, 'db' | 'providers'>): Promise<void> {
  for (const { id, provider, methodRef } of await listRemovedCards(db, [...providers.keys()])) {
    await providers.get(provider)?.savedCards?.forgetCard(methodRef);
    await markForgotten(db, id);
  }
}
