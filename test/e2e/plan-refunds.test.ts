import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../db/audit-log.ts';
import { callRecord, connectMeter, holdRecord, meterFlush } from '../../db/metering.ts';
import { grantPeriodUpdate } from '../../workflows/contract.ts';
import { aHold, aSettlement } from '../support/calls.ts';
import {
  getRefunds,
  moneyKept,
  postRefund,
  refundsAtStripe,
  refundTransfers,
  untilRefund,
} from '../support/refunds.ts';
import {
  ask,
  cardOf,
  lastPlan,
  mailsTo,
  moveToEnd,
  periodsOf,
  sandboxAccount,
  spend,
  usd,
  walletNanos,
} from '../support/sandbox.ts';
import { buyPlan, drift, livePlan, poolsOf } from '../support/subscriptions.ts';
import { type Customer, startTopUpStack, type TopUpStack } from '../support/top-ups.ts';
import { until } from '../support/until.ts';

let stack: TopUpStack;
let support: Customer;
beforeAll(async () => {
  stack = await startTopUpStack();
  support = await stack.api.customer({ role: 'support' });
}, 120_000);
afterEach(async () => {
  await stack.simulator.control.clearFaults();
  expect(await drift(stack.database.db)).toEqual([]);
  const { keptNanos, bookedNanos } = await moneyKept(stack);
  expect(bookedNanos).toBe(keptNanos);
});
afterAll(() => stack.stop(), 60_000);

async function starter(): Promise<string> {
  const accountId = await sandboxAccount(stack);
  await buyPlan(stack, accountId, { planId: 'starter' });
  return accountId;
}

const refund = (accountId: string, body?: object) => postRefund(stack, support, accountId, body);
const quoteOf = async (accountId: string) => (await getRefunds(stack, support, accountId)).quote;

describe('a refund of a plan', () => {
  it('that nobody has used is its whole price, to the payment that it came from', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    expect(await quoteOf(accountId)).toMatchObject({
      plan_id: 'starter',
      price_usd: '10.00',
      used_percent: '0.00',
      amount_usd: '10.00',
      refusal: null,
    });
    const { status, body } = await refund(accountId);
    expect([status, body.quote]).toEqual([200, null]);
    expect(body.refunds).toMatchObject([
      {
        status: 'succeeded',
        amount_usd: '10.00',
        period_index: 0,
        requested_by: expect.stringMatching(/^support /),
      },
    ]);
    expect(await refundsAtStripe(stack, body.refunds[0].payment_ref)).toMatchObject([{ amount: 1000 }]);
    expect(await lastPlan(db, accountId)).toMatchObject({ status: 'ended', endedBecause: 'refunded' });
    expect(await poolsOf(db, accountId)).toEqual({});
    expect(await refundTransfers(db, accountId)).toEqual(['plan_sales → provider_clearing:stripe 1000']);
    expect(await listAudit(db, { accountId, limit: 9 })).toMatchObject([
      { action: 'subscription.refund', reason: 'The customer asked for it' },
    ]);
    expect(await mailsTo(stack, accountId)).toEqual(['Your refund of $10.00']);
  });

  it('that is partly spent takes the bonus back in proportion', async () => {
    const accountId = await starter();
    await spend(stack.database.db, accountId, 'main', usd(3) + 1n);
    expect(await quoteOf(accountId)).toMatchObject({ used_percent: '25.00', amount_usd: '7.49' });
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([{ status: 'succeeded', amount_usd: '7.49', amount_minor: '749' }]);
  });

  it('that is spent is refused, and the plan goes on', async () => {
    const accountId = await starter();
    await spend(stack.database.db, accountId, 'main', usd(12));
    expect(await quoteOf(accountId)).toMatchObject({ amount_usd: '0.00', refusal: expect.any(String) });
    const { status, body } = await refund(accountId);
    expect([status, body.error.code]).toEqual([409, 'nothing_to_refund']);
    expect(body.error.message).toMatch(/spent/);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ status: 'active' });
    expect(await poolsOf(stack.database.db, accountId)).toMatchObject({ backup: usd(30) });
  });

  it('counts a call in flight with all that it holds, and the call is paid all the same', async () => {
    const accountId = await starter();
    const client = await connectMeter(stack.database.url, 10);
    const call = aHold({ accountId, amountNanos: usd(6) });
    await meterFlush(client, crypto.randomUUID(), [], [holdRecord(call)]);
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([{ amount_usd: '5.00' }]);
    const settled = callRecord(aSettlement({ id: call.id, accountId, chargeNanos: usd(2) }));
    await meterFlush(client, crypto.randomUUID(), [settled], []);
    await client.end();
    const { rows } = await stack.database.db.raw(
      'select main_nanos as main, uncollected_nanos as missing from usage_events where account_id = ?',
      [accountId],
    );
    expect(rows).toEqual([{ main: usd(2), missing: 0n }]);
  });

  it('of a later month goes to the charge that paid it', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await spend(db, accountId, 'main', usd(12));
    await moveToEnd(stack, accountId);
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([{ period_index: 1, amount_usd: '10.00', status: 'succeeded' }]);
    const { rows } = await db.raw('select payment_ref from charges where account_id = ?', [accountId]);
    expect(body.refunds[0].payment_ref).toBe(rows[0].payment_ref);
  });

  it('of a month that support granted is refused: nobody paid for it', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await stack.simulator.control.cardAnswers((await cardOf(db, accountId)).methodRef, 'declined');
    await moveToEnd(stack, accountId);
    await ask(stack, accountId, grantPeriodUpdate, { requestedBy: 'support', reason: 'Paid in cash' });
    const { status, body } = await refund(accountId);
    expect([status, body.error.message]).toEqual([409, expect.stringMatching(/Nobody paid/)]);
    expect(await livePlan(db, accountId)).toMatchObject({ periodIndex: 1 });
  });

  it('of passes pays each back to its own payment, those that have not begun in full', async () => {
    const { db } = stack.database;
    const accountId = await sandboxAccount(stack);
    await buyPlan(stack, accountId, { planId: 'premium', kind: 'pass' });
    await buyPlan(stack, accountId, { planId: 'premium', kind: 'pass' });
    await spend(db, accountId, 'main', usd(15));
    expect(await quoteOf(accountId)).toMatchObject({
      amount_usd: '37.50',
      periods: [
        { period_index: 0, amount_usd: '12.50' },
        { period_index: 1, amount_usd: '25.00' },
      ],
    });
    const { body } = await refund(accountId);
    const sent = body.refunds.map((each: any) => [each.period_index, each.amount_usd, each.status]);
    expect(sent.sort()).toEqual([
      [0, '12.50', 'succeeded'],
      [1, '25.00', 'succeeded'],
    ]);
    expect(new Set(body.refunds.map((each: any) => each.payment_ref)).size).toBe(2);
    expect((await periodsOf(db, accountId)).map(({ status }) => status)).toEqual(['granted', 'skipped']);
  });

  it('that its provider charges by itself is cancelled there first', async () => {
    const accountId = await sandboxAccount(stack);
    await buyPlan(stack, accountId, { planId: 'starter', renewal: 'provider_run' });
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([
      { status: 'succeeded', amount_usd: '10.00', payment_ref: expect.stringMatching(/^in_/) },
    ]);
    expect(await stack.simulator.control.events('customer.subscription.deleted')).toHaveLength(1);
  });
});

describe('a refund that is asked for', () => {
  it('twice at once is made once, and both are told of it', async () => {
    const accountId = await starter();
    const { subscription_id } = (await quoteOf(accountId)) ?? {};
    const body = { reason: 'Asked twice', subscription_id };
    const answers = await Promise.all([refund(accountId, body), refund(accountId, body)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const refunds = answers.map((answer) => answer.body.refunds.map(({ id }: { id: string }) => id));
    expect(refunds[0]).toHaveLength(1);
    expect(refunds[1]).toEqual(refunds[0]);
    expect(await refundsAtStripe(stack, answers[0]?.body.refunds[0].payment_ref)).toHaveLength(1);
  });

  it('twice at once without saying of which plan is made once, and refused once', async () => {
    const accountId = await starter();
    const answers = await Promise.all([refund(accountId), refund(accountId)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await getRefunds(stack, support, accountId)).refunds).toHaveLength(1);
  });

  it('again, late, leaves the plan that was bought meanwhile alone', async () => {
    const accountId = await starter();
    const { subscription_id } = (await quoteOf(accountId)) ?? {};
    await refund(accountId, { reason: 'First', subscription_id });
    await buyPlan(stack, accountId, { planId: 'premium' });
    const again = await refund(accountId, { reason: 'First', subscription_id });
    expect([again.status, again.body.refunds.length]).toEqual([200, 1]);
    expect(await livePlan(stack.database.db, accountId)).toMatchObject({ planId: 'premium' });
    const other = await refund(accountId, { reason: 'x', subscription_id: crypto.randomUUID() });
    expect([other.status, other.body.error.code]).toEqual([409, 'no_live_plan']);
  });

  it('by a customer, without a reason or for nobody is refused', async () => {
    const customer = await stack.api.customer();
    expect(await postRefund(stack, customer, customer.accountId)).toMatchObject({ status: 403 });
    expect(await refund(customer.accountId, {})).toMatchObject({ status: 400 });
    expect(await refund(customer.accountId, { reason: ' ' })).toMatchObject({ status: 400 });
    expect(await refund(crypto.randomUUID())).toMatchObject({ status: 404 });
    const free = await refund(customer.accountId);
    expect([free.status, free.body.error.code]).toEqual([409, 'no_live_plan']);
    expect(await getRefunds(stack, support, customer.accountId)).toMatchObject({ quote: null, refunds: [] });
  });
});

it('ledger:check finds a refund whose money did not move, and one whose money moved otherwise', async () => {
  const { db } = stack.database;
  const accountId = await starter();
  const { id } = (await refund(accountId)).body.refunds[0];
  const found = async (status: string) => {
    await db.raw('update refunds set status = ? where id = ?', [status, id]);
    return (await drift(db)).length;
  };
  expect([await found('pending'), await found('failed'), await found('succeeded')]).toEqual([1, 1, 0]);
  const sent = await getRefunds(stack, support, accountId);
  await stack.simulator.control.failRefund(sent.refunds[0]?.refund_ref ?? '');
  await untilRefund(stack, support, accountId, 'failed');
  expect([await found('succeeded'), await found('refused'), await found('failed')]).toEqual([1, 1, 0]);
});

describe('a refund that its bank sends back', () => {
  it('while it was on its way is the customer’s balance', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    await stack.simulator.control.fault({ kind: 'refund_pending' });
    const { body } = await refund(accountId);
    expect(body.refunds).toMatchObject([{ status: 'pending' }]);
    expect(await walletNanos(db, accountId)).toBe(0n);
    await stack.simulator.control.failRefund(body.refunds[0].refund_ref);
    expect(await untilRefund(stack, support, accountId, 'failed')).toMatchObject({
      failure_code: 'lost_or_stolen_card',
    });
    expect(await refundTransfers(db, accountId)).toEqual(['plan_sales → wallet 1000']);
    expect(await listAudit(db, { accountId, action: 'refund.failed', limit: 9 })).toMatchObject([
      { reason: expect.stringMatching(/wallet/) },
    ]);
  });

  it('after it had arrived is too, however often its news arrive', async () => {
    const { db } = stack.database;
    const accountId = await starter();
    const { body } = await refund(accountId);
    await stack.simulator.control.failRefund(body.refunds[0].refund_ref);
    await untilRefund(stack, support, accountId, 'failed');
    for (const event of await stack.simulator.control.events())
      if (event.type.startsWith('refund.')) await stack.simulator.control.redeliver(event.id, 3);
    expect(await refundTransfers(db, accountId)).toEqual([
      'plan_sales → provider_clearing:stripe 1000',
      'provider_clearing:stripe → wallet 1000',
    ]);
    expect(await walletNanos(db, accountId)).toBe(usd(10));
    await until(
      () => mailsTo(stack, accountId),
      (mails) => mails.length === 2,
    );
  });
});
