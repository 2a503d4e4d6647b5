import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BenchContext } from './bench-stack.ts';
import { percentile } from './load.ts';
import { bareWorkflowsPerSecond } from './workflow-limit.ts';

interface Ordered {
  id: string;
  linkMs: number;
}

/** From the click to the link, from the webhook to the credited balance, and top-ups a second from end to end. */
export async function benchTopUp(context: BenchContext): Promise<void> {
  const cookie = await signIn(context);
  await runAt(context, cookie, 1, 3);
  for (const inFlight of [1, 20]) {
    const count = inFlight * Math.max(3, Math.round(context.seconds * (inFlight === 1 ? 4 : 1)));
    const bare = await bareWorkflowsPerSecond(context.stack.addresses.temporal, inFlight, count);
    const { linkMs, creditMs, perSecond } = await runAt(context, cookie, inFlight, count);
    const at = `at ${inFlight} in flight`;
    for (const [share, label] of [
      [0.5, 'p50'],
      [0.99, 'p99'],
    ] as const) {
      context.report({
        name: `top-up click to link ${label} ${at}`,
        value: percentile(linkMs, share),
        unit: 'ms',
      });
      context.report({
        name: `top-up webhook to balance ${label} ${at}`,
        value: percentile(creditMs, share),
        unit: 'ms',
      });
    }
    // One top-up is two workflows: the order's own and the confirmation of its webhook.
    context.report({ name: `top-up workflows ${at}`, value: perSecond * 2, unit: 'per second', limit: bare });
  }
  await reportHistory(context);
}

async function runAt(context: BenchContext, cookie: string, inFlight: number, count: number) {
  const limit = pLimit(inFlight);
  const started = performance.now();
  const orders = await Promise.all(Array.from({ length: count }, () => limit(() => topUp(context, cookie))));
  const perSecond = (count / (performance.now() - started)) * 1000;
  return {
    linkMs: orders.map((order) => order.linkMs),
    creditMs: await creditTimes(context, orders),
    perSecond,
  };
}

async function topUp(context: BenchContext, cookie: string): Promise<Ordered> {
  const { api } = context.stack.addresses;
  const clickedAt = performance.now();
  const response = await fetch(`${api}/api/top-ups`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
      cookie,
      origin: api,
    },
    body: JSON.stringify({ amount_usd: '20.00', method: 'card' }),
  });
  const linkMs = performance.now() - clickedAt;
  if (response.status !== 201)
    throw new Error(`POST /api/top-ups answered ${response.status}: ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  await pay(context, id);
  await credited(context, id);
  return { id, linkMs };
}

async function pay({ stack, db }: BenchContext, id: string): Promise<void> {
  const { checkout_ref: session } = await db('orders').where({ id }).first('checkout_ref');
  const url = `${stack.addresses.stripeSimulator}/_simulator/sessions/${session}/pay`;
  const response = await fetch(url, { method: 'POST' });
  if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
}

async function credited({ db }: BenchContext, id: string): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (performance.now() < giveUpAt) {
    const { status } = await db('orders').where({ id }).first('status');
    if (status === 'credited') return;
    await sleep(20);
  }
  throw new Error(`Order ${id} was paid and not credited within a minute`);
}

/** Both ends by Postgres's clock: when the signed event was stored, when the credit was written. */
async function creditTimes({ db }: BenchContext, orders: Ordered[]): Promise<number[]> {
  const { rows } = await db.raw<{ rows: { ms: number }[] }>(
    `select extract(epoch from e.at - i.received_at)::float8 * 1000 as ms
       from inbox_events i join order_events e on e.order_id = i.order_id and e.kind = 'credited'
      where i.order_id = any (?::uuid[])`,
    [orders.map((order) => order.id)],
  );
  return rows.map((row) => row.ms);
}

async function signIn({ stack }: BenchContext): Promise<string> {
  const { email, password } = stack.demo.customer;
  const response = await fetch(`${stack.addresses.api}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stack.addresses.api },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing in answered ${response.status}: ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function reportHistory(context: BenchContext): Promise<void> {
  const connection = await Connection.connect({ address: context.stack.addresses.temporal });
  const { workflow } = new Client({ connection });
  for (const type of ['topUp', 'confirmPayment']) {
    for await (const execution of workflow.list({
      query: `WorkflowType = '${type}' and ExecutionStatus = 'Completed'`,
    })) {
      const history = await workflow.getHandle(execution.workflowId).fetchHistory();
      context.report({ name: `history of one ${type}`, value: history.events?.length ?? 0, unit: 'events' });
      break;
    }
  }
  await connection.close();
}
