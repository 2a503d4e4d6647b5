import { Stack, Text } from '@mantine/core';
import type { SubscriptionView } from '../../../api/schemas/subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { useSubscription } from '../../api/plans.ts';
import { formatBalance } from '../../money.ts';
import { dueWords } from '../../plan-words.ts';
import { paymentWords } from '../../plans.ts';
import styles from '../../styles/columns.module.css';
import { formatDateTime } from '../../time.ts';
import { TextLink } from '../links.tsx';
import { QueryState } from '../query-state.tsx';
import { Section } from '../section.tsx';
import { CardSkeleton } from '../skeletons.tsx';
import { PlanName } from './current-plan.tsx';
import { CapMeters, PoolMeters } from './plan-meters.tsx';

/** What comes next, in a line. */
function nextLine(plan: SubscriptionView, timeZone: string): string {
  const { subscription: live, payment_due: due, next_renewal: renewal } = plan;
  if (due) return dueWords(due).title;
  if (renewal) {
    const at = formatDateTime(renewal.at, timeZone);
    return `Renews ${at} as ${renewal.plan_name} for ${formatBalance(renewal.price_usd)}. ${paymentWords(renewal)}.`;
  }
  return live ? `Ends ${formatDateTime(live.period_end, timeZone)}.` : 'Free models, within these limits.';
}

function PlanInShort({ plan }: { plan: SubscriptionView }) {
  const { time_zone } = useMe();
  return (
    <div className={`${styles.columns} ${styles.even}`}>
      <Stack gap="md">
        <div>
          <PlanName plan={plan} />
          <Text size="sm" c="dimmed" mt={4}>
            {nextLine(plan, time_zone)}
          </Text>
        </div>
        <PoolMeters pools={plan.pools} />
      </Stack>
      <CapMeters caps={plan.caps} />
    </div>
  );
}

/** The plan on the overview. */
export function PlanCard() {
  const query = useSubscription();
  return (
    <QueryState query={query} skeleton={<CardSkeleton height={200} />}>
      {(plan) => (
        <Section
          id="plan"
          title="Plan"
          aside={
            <TextLink to="/plans" size="sm">
              {plan.subscription ? 'Manage plan' : 'See all plans'}
            </TextLink>
          }
        >
          <PlanInShort plan={plan} />
        </Section>
      )}
    </QueryState>
  );
}
