import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../billing/errors.ts';
import { NANOS_PER_CENT } from '../../billing/money.ts';
import { insertCharge } from '../../db/charges.ts';
import type { Situation } from '../../db/subscription-facts.ts';
import { openNextPeriod } from './pay-period.ts';
import type { Turn } from './turn.ts';

/** Written before it is sent: whatever happens then, it is known that it may have been. `collect` sends it. */
export async function openCharge(turn: Turn, situation: Situation): Promise<void> {
  const { subscription, card, charges, nextTerms, facts } = situation;
  if (!card) throw new DomainError('method_not_available', 'The account has no card to charge');
  const periodIndex = await openNextPeriod(turn, subscription, nextTerms);
  await insertCharge(turn.trx, {
    id: uuidv7(),
    accountId: turn.accountId,
    subscriptionId: subscription.id,
    periodIndex,
    attempt: charges.length,
    provider: card.provider,
    paymentMethodId: card.id,
    currency: 'USD',
    amountMinor: facts.priceNanos / NANOS_PER_CENT,
    dueAt: turn.at,
  });
}
