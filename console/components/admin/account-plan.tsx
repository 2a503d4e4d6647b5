import { Badge, DataList, Stack, Text } from '@mantine/core';
import type { AccountSubscription } from '../../../api/schemas/admin-subscriptions.ts';
import { useMe } from '../../api/account.ts';
import { dueWords } from '../../plan-words.ts';
import styles from '../../styles/columns.module.css';
import { formatPrecise } from '../../time.ts';
import { CopyValue } from '../copy-value.tsx';
import { Fact, WorkflowLink } from '../order-facts.tsx';
import { PlanName } from '../plans/current-plan.tsx';
import { PeriodList } from '../plans/period-list.tsx';
import { CapMeters, PoolMeters } from '../plans/plan-meters.tsx';
import { Section } from '../section.tsx';
import { SupportActs } from './support-acts.tsx';

function AccountFacts({ found }: { found: AccountSubscription }) {
  const { time_zone } = useMe();
  const { state } = found;
  const due = state.payment_due;
  return (
    <DataList labelWidth="7rem">
      <Fact label="E-mail">
        {found.email}{' '}
        {found.account_status === 'suspended' && (
          <Badge color="red" tt="none">
            Suspended
          </Badge>
        )}
      </Fact>
      <Fact label="Account id">
        <CopyValue bare label="Account id" value={found.account_id} />
      </Fact>
      {state.sandbox && (
        <Fact label="Sandbox">Its time is {formatPrecise(state.sandbox.now, time_zone)}</Fact>
      )}
      {due && <Fact label="Stuck on">{dueWords(due).title}</Fact>}
      <Fact label="Next">{found.next_step ?? 'Nothing: no plan'}</Fact>
      {found.due_at && <Fact label="Looked at">{formatPrecise(found.due_at, time_zone)}</Fact>}
      {found.workflow_url && (
        <Fact label="Workflow">
          <WorkflowLink url={found.workflow_url} />
        </Fact>
      )}
    </DataList>
  );
}

/** Everything that support needs to explain an account's plan, and to repair it. */
export function AccountPlan({ found }: { found: AccountSubscription }) {
  const { state } = found;
  return (
    <>
      <div className={`${styles.columns} ${styles.even}`}>
        <Section id="account" title="Account">
          <Stack>
            <AccountFacts found={found} />
            {state.subscription && <SupportActs accountId={found.account_id} />}
          </Stack>
        </Section>
        <Section id="plan" title="Plan">
          <Stack>
            <PlanName plan={state} />
            <PoolMeters pools={state.pools} />
            <CapMeters caps={state.caps} />
          </Stack>
        </Section>
      </div>
      <Section id="periods" title="Periods and charges">
        {found.periods.length === 0 ? (
          <Text size="sm" c="dimmed">
            This account never had a plan.
          </Text>
        ) : (
          <PeriodList periods={found.periods} />
        )}
      </Section>
    </>
  );
}
