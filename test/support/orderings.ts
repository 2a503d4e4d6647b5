import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import fc from 'fast-check';
import { findOrder } from '../../db/orders.ts';
import { findLiveSubscription } from '../../db/subscriptions.ts';
import {
  cancelSubscriptionUpdate,
  checkWithProviderUpdate,
  orderWorkflowOf,
  refundPlanUpdate,
  resumeSubscriptionUpdate,
  runDueUpdate,
  scheduleSwitchUpdate,
  topUpInputOf,
  topUpStart,
} from '../../workflows/contract.ts';
import { ask, cardOf, moneyIn, moveBy, moveToEnd, sandboxAccount, untilTaken } from './sandbox.ts';
import { buyPlan, drift, found, orderPlan } from './subscriptions.ts';
import { stripeKey, type TopUpStack } from './top-ups.ts';
import { until } from './until.ts';

const commands = [
  'renewal due',
  'dunning passes',
  'switch',
  'schedule',
  'cancel',
  'resume',
  'refund',
  'card declines',
  'card works',
  'provider charges',
  'webhooks late',
  'webhooks twice',
] as const;
type Command = (typeof commands)[number];

interface Story {
  renewal: 'pull' | 'provider_run' | 'invoice';
  /** Each group happens at once. */
  groups: Command[][];
}

const story: fc.Arbitrary<Story> = fc.record({
  renewal: fc.constantFrom('pull', 'pull', 'provider_run', 'invoice'),
  groups: fc.array(fc.uniqueArray(fc.constantFrom(...commands), { minLength: 1, maxLength: 3 }), {
    minLength: 2,
    maxLength: 5,
  }),
});

/** Several accounts live a story each, at the same time on the same parts. A failure names the stories. */
export async function anyOrdering(
  stack: TopUpStack,
  { runs, together }: { runs: number; together: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(story, { minLength: together, maxLength: together }), async (stories) => {
      const accounts = await Promise.all(stories.map((one) => live(stack, one)));
      await stack.simulator.control.clearFaults();
      await tellAll(stack);
      const wrong = await Promise.all(accounts.map((accountId) => wrongs(stack, accountId)));
      const { takenNanos, bookedNanos } = await moneyIn(stack, stripeKey);
      const all = [
        ...wrong.flat(),
        ...(takenNanos === bookedNanos ? [] : [`${takenNanos} taken, ${bookedNanos} booked`]),
      ];
      const drifts = await drift(stack.database.db);
      if (all.length > 0 || drifts.length > 0)
        throw new Error(
          JSON.stringify({ all, drifts }, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
        );
    }),
    // A story that failed has changed the database: a smaller one would be told of the same failure.
    { numRuns: runs, endOnFailure: true },
  );
}

async function live(stack: TopUpStack, { renewal, groups }: Story): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter', renewal });
  for (const group of groups)
    await Promise.all(group.map((command) => unlessRefused(() => happen(stack, accountId, command))));
  await unlessRefused(() => settle(stack, accountId));
  return accountId;
}

async function happen(stack: TopUpStack, accountId: string, command: Command): Promise<unknown> {
  const { database, simulator } = stack;
  const plan = await findLiveSubscription(database.db, accountId);
  const by = { requestedBy: 'somebody' };
  switch (command) {
    case 'webhooks late':
      return simulator.control.fault({ kind: 'drop', event_type: '*', times: 2 });
    case 'webhooks twice':
      return simulator.control.fault({ kind: 'duplicate', event_type: '*', copies: 2, times: 3 });
    case 'cancel':
      return ask(stack, accountId, cancelSubscriptionUpdate, by);
    case 'resume':
      return ask(stack, accountId, resumeSubscriptionUpdate, by);
    case 'schedule':
      return ask(stack, accountId, scheduleSwitchUpdate, { ...by, planId: 'premium' });
    case 'refund':
      return ask(stack, accountId, refundPlanUpdate, { ...by, reason: 'a test' });
    case 'renewal due':
      return plan && moveToEnd(stack, accountId, 0.1);
    case 'dunning passes':
      return moveBy(stack, accountId, 8);
    case 'card declines':
    case 'card works':
      return answer(stack, accountId, command === 'card works' ? 'ok' : 'declined');
    case 'provider charges':
      return (
        plan?.renewal === 'provider_run' &&
        simulator.control.chargePeriod(found(plan.providerSubscriptionRef))
      );
    case 'switch':
      return change(stack, accountId, plan?.planId === 'premium' ? 'starter' : 'premium');
  }
}

async function answer(stack: TopUpStack, accountId: string, how: 'ok' | 'declined'): Promise<void> {
  const { rows } = await stack.database.db.raw('select 1 from payment_methods where account_id = ?', [
    accountId,
  ]);
  if (rows.length === 0) return;
  const { methodRef } = await cardOf(stack.database.db, accountId);
  await stack.simulator.control.cardAnswers(methodRef, how);
}

async function change(stack: TopUpStack, accountId: string, planId: string): Promise<void> {
  const plan = await findLiveSubscription(stack.database.db, accountId);
  const order = await orderPlan(stack, accountId, {
    planId,
    kind: plan ? 'switch' : 'plan',
    subscriptionId: plan?.id ?? null,
  });
  await stack.simulator.control.pay(found(order.checkoutRef));
}

/** Each of these is a message that can come at a bad moment: refused, it has changed nothing. */
async function unlessRefused(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const isRefused =
      error instanceof WorkflowUpdateFailedError ||
      error instanceof WorkflowExecutionAlreadyStartedError ||
      / answered 4\d\d/.test((error as Error).message);
    if (!isRefused) throw error;
  }
}

/** What was paid is asked for, as the customer's "check again" does. */
async function settle({ database, temporal }: TopUpStack, accountId: string): Promise<void> {
  const { rows } = await database.db.raw(
    "select id from orders where account_id = ? and status in ('link_issued', 'paid')",
    [accountId],
  );
  for (const { id } of rows) {
    const input = topUpInputOf(found(await findOrder(database.db, id)));
    await untilTaken(() =>
      temporal.client.workflow.executeUpdateWithStart(checkWithProviderUpdate, {
        args: [{ requestedBy: 'customer' }],
        startWorkflowOperation: new WithStartWorkflowOperation(orderWorkflowOf(input), topUpStart(input)),
      }),
    );
  }
}

/** Whatever was dropped arrives late, and everything else once more. */
async function tellAll({ simulator, database }: TopUpStack): Promise<void> {
  await simulator.control.delivered();
  const events = await simulator.control.events();
  for (const { id } of events.slice(-200)) await simulator.control.redeliver(id);
  const waiting = () => database.db.raw("select 1 from inbox_events where status = 'stored'");
  await until(waiting, ({ rows }) => rows.length === 0, 30_000);
  const unfulfilled = () => database.db.raw("select 1 from orders where status = 'paid'");
  await until(unfulfilled, ({ rows }) => rows.length === 0, 30_000);
}

async function wrongs(stack: TopUpStack, accountId: string): Promise<string[]> {
  const { db } = stack.database;
  await ask(stack, accountId, runDueUpdate);
  const { rows } = await db.raw(
    `select (select count(*) from subscriptions where account_id = a.id and status <> 'ended')::integer as live,
            (select count(*) from ledger_accounts where account_id = a.id and closed_at is null and pool in ('main', 'backup'))::integer as pools,
            (select count(*) from subscription_periods where account_id = a.id and status = 'granted' and paid_ref is null)::integer as unpaid,
            (select count(*) from charges where account_id = a.id and status = 'unknown')::integer as unknown,
            (select count(*) from (select from charges where account_id = a.id and status = 'succeeded'
               group by subscription_id, period_index having count(*) > 1) twice)::integer as twice
       from accounts a where id = ?`,
    [accountId],
  );
  const { live: plans, pools, ...none } = rows[0];
  const holds = plans <= 1 && pools === 2 * plans && Object.values(none).every((count) => count === 0);
  return holds ? [] : [`${accountId}: ${JSON.stringify(rows[0])}`];
}
