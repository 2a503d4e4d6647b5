import { formatUsd } from '../../billing/money.ts';
import type { DueReason, EndReason } from '../../billing/subscriptions.ts';
import { addNotice } from '../../db/notices.ts';
import { findPlan } from '../../db/plans.ts';
import type { Refund } from '../../db/refunds.ts';
import type { Situation } from '../../db/subscription-facts.ts';
import type { Subscription } from '../../db/subscriptions.ts';
import type { Turn } from './turn.ts';

/** A method without pull: the customer pays each period, and is told in time. */
export async function noteReminder(turn: Turn, { subscription, facts }: Situation): Promise<void> {
  const name = await nameOf(turn, subscription);
  await note(turn, `reminder:${subscription.id}:${subscription.periodIndex + 1}`, {
    subject: `Your ${name} plan is paid until ${day(subscription.periodEnd)}`,
    text: `The next month costs $${formatUsd(facts.priceNanos)}. Pay it here, and nothing is interrupted:`,
  });
}

export async function noteUnpaid(
  turn: Turn,
  subscription: Subscription,
  attempt: number,
  reason: DueReason,
): Promise<void> {
  const name = await nameOf(turn, subscription);
  const text =
    reason === 'needs_authentication'
      ? 'Your bank wants you to confirm the payment yourself. Do so here; your plan goes on meanwhile:'
      : 'Your card was declined. It is tried again in the next days. Change the card or pay at once here:';
  await note(turn, `unpaid:${subscription.id}:${subscription.periodIndex + 1}:${attempt}`, {
    subject: `Your ${name} plan could not be renewed`,
    text,
  });
}

export async function noteEnd(turn: Turn, subscription: Subscription, because: EndReason): Promise<void> {
  // Whoever switches knows it.
  if (because === 'switched') return;
  const name = await nameOf(turn, subscription);
  const why = because === 'unpaid' ? 'It was not paid.' : 'Its time is over.';
  await note(turn, `ended:${subscription.id}`, {
    subject: `Your ${name} plan has ended`,
    text: `${why} Your wallet is as it was. You can choose a plan again at any time:`,
  });
}

/** The plan ended when the refund was asked for: this says where the money is. */
export async function noteRefund(
  turn: Turn,
  { id, amountNanos }: Refund,
  became: 'sent' | 'credited',
): Promise<void> {
  const amount = `$${formatUsd(amountNanos)}`;
  const text =
    became === 'sent'
      ? `Your plan has ended and ${amount} are on their way back to where they came from. Banks take some days:`
      : `Your bank did not take ${amount} of your refund. They are in your wallet; ask us if you want them elsewhere:`;
  await note(turn, `refund:${id}:${became}`, { subject: `Your refund of ${amount}`, text });
}

async function nameOf({ trx }: Turn, { planId }: Subscription): Promise<string> {
  return (await findPlan(trx, planId))?.name ?? planId;
}

function note(
  { trx, accountId, deps }: Turn,
  key: string,
  { subject, text }: { subject: string; text: string },
): Promise<void> {
  return addNotice(trx, { accountId, key, subject, body: `${text}\n\n${deps.publicUrl}/console/plans` });
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
