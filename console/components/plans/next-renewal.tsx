import { DataList } from '@mantine/core';
import type { SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { formatCredits } from '../../credits.ts';
import { formatBalance, isZero } from '../../money.ts';
import { paymentWords } from '../../plans.ts';
import { formatDate, formatDateTime } from '../../time.ts';
import { Fact } from '../order-facts.tsx';

type Renewal = NonNullable<SubscriptionView['next_renewal']>;

function grants({ base_credits, bonus_credits, backup_credits }: Renewal): string {
  const bonus = isZero(bonus_credits) ? '' : ` + ${formatCredits(bonus_credits)} bonus`;
  const backup = isZero(backup_credits) ? '' : `; backup filled up to ${formatCredits(backup_credits)}`;
  return `${formatCredits(base_credits)}${bonus} credits${backup}`;
}

/** When, for how much, what for, and who pays it how. */
export function NextRenewalFacts({ renewal }: { renewal: Renewal }) {
  const { time_zone } = useMe();
  return (
    <DataList labelWidth="6.5rem" data-testid="next-renewal">
      <Fact label="When">{formatDateTime(renewal.at, time_zone)}</Fact>
      <Fact label="Plan">
        {renewal.plan_name} for {formatBalance(renewal.price_usd)}
      </Fact>
      <Fact label="Grants">{grants(renewal)}</Fact>
      <Fact label="Payment">{paymentWords(renewal)}</Fact>
    </DataList>
  );
}

export function PaidAhead({ periods }: { periods: SubscriptionView['paid_ahead'] }) {
  const { time_zone } = useMe();
  return (
    <DataList labelWidth="6.5rem" data-testid="paid-ahead">
      {periods.map(({ period_index, starts_at, ends_at }) => (
        <Fact key={period_index} label="Paid ahead">
          {formatDate(starts_at, time_zone)} to {formatDate(ends_at, time_zone)}
        </Fact>
      ))}
    </DataList>
  );
}
