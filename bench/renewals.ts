import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { subscriptionStart, subscriptionWorkflow, wakeSignal } from '../workflows/contract.ts';
import type { BenchContext } from './bench-stack.ts';
import { fillDue, fillResting } from './subscription-fill.ts';
import { bareRenewalsPerSecond, ratePerSecond } from './workflow-limit.ts';

const IN_FLIGHT = 20;

/**
 * Renewals a second beside bare workflows with as many activities; how long a billing run takes, and how that grows
 * with the number of subscriptions of which one in a hundred is due. By name: also ten thousand due at once.
 */
export async function benchRenewals(context: BenchContext, named: boolean): Promise<void> {
  const { temporal: address } = context.stack.addresses;
  const count = IN_FLIGHT * Math.max(5, Math.round(context.seconds * 4));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  try {
    // A worker that has just started runs its code for the first times.
    await renewalsPerSecond(context, client, IN_FLIGHT * 6);
    const before = await bareRenewalsPerSecond(address, IN_FLIGHT, count);
    const rate = await renewalsPerSecond(context, client, count);
    const after = await bareRenewalsPerSecond(address, IN_FLIGHT, count);
    const limit = (before + after) / 2;
    context.report({ name: `renewals at ${IN_FLIGHT} in flight`, value: rate, unit: 'per second', limit });
    await reportHistory(context, client);
    let resting = 0;
    for (const size of named ? [100, 1_000, 10_000, 100_000] : [100, 1_000]) {
      const due = size / 100;
      await fillResting(context, size - due - resting);
      resting = size - due;
      await reportRun(context, `1% of ${size.toLocaleString('en')} due`, due);
    }
    if (named) await reportRun(context, '10,000 due at once', 10_000);
  } finally {
    await connection.close();
  }
}

async function renewalsPerSecond(context: BenchContext, client: Client, count: number): Promise<number> {
  const { accountIds } = await fillDue(context, count);
  const renew = async (index: number) => {
    const start = subscriptionStart(accountIds[index] ?? '');
    const handle = await client.workflow.signalWithStart(subscriptionWorkflow, {
      ...start,
      signal: wakeSignal,
    });
    await handle.result();
  };
  const rate = await ratePerSecond(renew, IN_FLIGHT, count);
  await requireRenewed(context, count);
  return rate;
}

/** As an outside scheduler would: ask for a run, and wait until nothing is due any more. */
async function reportRun(context: BenchContext, name: string, due: number): Promise<void> {
  await fillDue(context, due);
  const { stack } = context;
  const started = performance.now();
  const response = await fetch(`${stack.addresses.api}/internal/billing-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.secrets.billingToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`A billing run answered ${response.status}: ${await response.text()}`);
  await requireRenewed(context, due, 1_800_000);
  const seconds = (performance.now() - started) / 1000;
  context.report({ name: `billing run, ${name}`, value: seconds, unit: 'seconds' });
  context.report({ name: `billing run, ${name}, a renewal`, value: (seconds * 1000) / due, unit: 'ms' });
}

/** Every due period was charged and granted, once. */
async function requireRenewed({ db }: BenchContext, count: number, timeoutMs = 60_000): Promise<void> {
  for (const giveUpAt = performance.now() + timeoutMs; ; await sleep(50)) {
    const { rows } = await db.raw<{ rows: { due: number }[] }>(
      'select count(*)::integer as due from subscriptions where wake_at <= now()',
    );
    if (rows[0]?.due === 0) break;
    if (performance.now() > giveUpAt) throw new Error(`${rows[0]?.due} of ${count} were not renewed in time`);
  }
  const { rows } = await db.raw<{ rows: { wrong: number }[] }>(
    `select count(*)::integer as wrong from (
       select p.subscription_id from subscription_periods p
        where p.status <> 'granted' or p.period_index <> 1 or 1 <>
          (select count(*) from charges c where c.subscription_id = p.subscription_id and c.status = 'succeeded')) as w`,
  );
  if (rows[0]?.wrong !== 0) throw new Error(`${rows[0]?.wrong} periods were not renewed exactly once`);
}

async function reportHistory({ report }: BenchContext, { workflow }: Client): Promise<void> {
  const query = `WorkflowType = '${subscriptionWorkflow}' and ExecutionStatus = 'Completed'`;
  for await (const { workflowId } of workflow.list({ query, pageSize: 1 })) {
    const { events } = await workflow.getHandle(workflowId).fetchHistory();
    return report({ name: 'history of one renewal', value: events?.length ?? 0, unit: 'events' });
  }
}
