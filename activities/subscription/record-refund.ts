import type { RefundStatus } from '../../billing/refunds.ts';
import { writeAudit } from '../../db/audit-log.ts';
import { postTransfer, providerClearing, systemAccounts, walletOf } from '../../db/ledger.ts';
import { decideRefund, findRefund, listUndecidedRefunds, type Refund } from '../../db/refunds.ts';
import { changeSubscription } from '../../db/subscriptions.ts';
import type { RefundFact } from '../../providers/refunds.ts';
import { noteRefund } from './notices.ts';
import type { Turn } from './turn.ts';

export type RecordedRefund = 'recorded' | 'known' | 'mismatch' | 'unmatched';

/** Books what a provider says of a refund, by answer or by webhook. A repeat, or news that come late, change nothing. */
export async function recordRefund(turn: Turn, refundId: string, fact: RefundFact): Promise<RecordedRefund> {
  const refund = await findRefund(turn.trx, refundId);
  if (refund?.accountId !== turn.accountId) return 'unmatched';
  if (!isAbout(refund, fact)) return 'mismatch';
  const { status, refundRef = null, failureCode = null } = fact;
  if (!(await decideRefund(turn.trx, refund, { status, refundRef, failureCode }))) return 'known';
  await book(turn, refund, fact);
  await forgetWake(turn, refund);
  return 'recorded';
}

function isAbout(refund: Refund, fact: RefundFact): boolean {
  return (
    fact.provider === refund.provider &&
    fact.currency === refund.currency &&
    fact.amountMinor === refund.amountMinor &&
    (refund.refundRef === null || fact.refundRef === undefined || refund.refundRef === fact.refundRef)
  );
}

async function book(turn: Turn, refund: Refund, { status, failureCode }: RefundFact): Promise<void> {
  switch (status) {
    case 'pending':
      return;
    case 'succeeded':
      await post(turn, refund, 'refund', systemAccounts.planSales, providerClearing[refund.provider]);
      return noteRefund(turn, refund, 'sent');
    case 'failed':
      await creditInstead(turn, refund);
      await auditEnd(turn, refund, status, failureCode);
      return noteRefund(turn, refund, 'credited');
    case 'refused':
      return auditEnd(turn, refund, status, failureCode);
  }
}

/** The bank did not take it, or sent it back later: it is the customer's balance. */
async function creditInstead(turn: Turn, refund: Refund): Promise<void> {
  const wasSent = refund.status === 'succeeded';
  const from = wasSent ? providerClearing[refund.provider] : systemAccounts.planSales;
  await post(turn, refund, 'refund-credit', from, await walletOf(turn.trx, turn.accountId));
}

async function post(
  turn: Turn,
  refund: Refund,
  intent: 'refund' | 'refund-credit',
  debitId: bigint,
  creditId: bigint,
): Promise<void> {
  const { id, amountNanos } = refund;
  await postTransfer(turn.trx, {
    key: `${intent}:${id}`,
    kind: 'refund',
    reference: id,
    accountId: turn.accountId,
    debitId,
    creditId,
    amountNanos,
  });
}

const notes = {
  failed: 'The provider could not pay this back: the amount is in the wallet',
  refused:
    'So much of the payment is not there any more (paid back at the provider, or disputed): look there',
};

/** For support. */
async function auditEnd(
  turn: Turn,
  refund: Refund,
  status: RefundStatus & keyof typeof notes,
  failureCode: string | undefined,
): Promise<void> {
  await writeAudit(turn.trx, {
    actorId: null,
    actor: refund.provider,
    action: `refund.${status}`,
    subjectKind: 'refund',
    subjectId: refund.id,
    accountId: turn.accountId,
    before: { status: refund.status },
    after: { status, failureCode, amountNanos: refund.amountNanos },
    reason: notes[status],
  });
}

/** The last of a plan's refunds is known: nobody need look at it again. */
async function forgetWake({ trx, accountId }: Turn, { subscriptionId }: Refund): Promise<void> {
  if (subscriptionId === null) return;
  const undecided = await listUndecidedRefunds(trx, accountId);
  if (!undecided.some((other) => other.subscriptionId === subscriptionId))
    await changeSubscription(trx, subscriptionId, { wakeAt: null });
}
