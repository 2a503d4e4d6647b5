import { DomainError } from '../../billing/errors.ts';
import { listUndecidedRefunds, type Refund } from '../../db/refunds.ts';
import type { RefundFact } from '../../providers/refunds.ts';
import type { ActivityDeps } from '../deps.ts';
import { recordRefund } from './record-refund.ts';
import { patience, type SubscriptionReport } from './report.ts';
import type { Turn } from './turn.ts';

/**
 * Asks what became of each refund that is not decided, and sends what its provider has never seen. Returns what is to
 * be booked. One that nobody answers for stays as it is, and is asked about later.
 */
export async function sendRefunds(
  deps: ActivityDeps,
  accountId: string,
): Promise<(turn: Turn) => Promise<void>> {
  const answers: [string, RefundFact][] = [];
  for (const refund of await listUndecidedRefunds(deps.db, accountId)) {
    const fact = await askOrSend(deps, refund);
    if (fact) answers.push([refund.id, fact]);
  }
  return async (turn) => {
    for (const [id, fact] of answers) await recordRefund(turn, id, fact);
  };
}

async function askOrSend({ providers }: ActivityDeps, refund: Refund): Promise<RefundFact | undefined> {
  const refunds = providers.get(refund.provider)?.refunds;
  if (!refunds) return undefined;
  const { id: refundId, paymentRef, currency, amountMinor, requestedAt } = refund;
  const reason = 'requested_by_customer' as const;
  const input = { refundId, paymentRef, currency, amountMinor, requestedAt, reason };
  try {
    return (await refunds.findRefund(input)) ?? (await refunds.refund(input));
  } catch (error) {
    // No answer is no refusal.
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** An account with a refund that is not decided has something to wait for, with a plan and without. */
export async function withRefunds(turn: Turn, report: SubscriptionReport): Promise<SubscriptionReport> {
  const [refund] = await listUndecidedRefunds(turn.trx, turn.accountId);
  if (!refund) return report;
  const isPending = refund.status === 'pending';
  const asked = isPending
    ? 'The bank has not said yet that it arrived.'
    : '**Nobody knows yet whether the provider has sent it**, so it is asked; nothing is sent twice.';
  const waitMs = patience(turn.now, refund.requestedAt);
  const goesOnAtOnce = report.todo === 'collect' && report.waitMs === null;
  return {
    ...report,
    todo: 'collect',
    waitMs: goesOnAtOnce ? null : Math.min(report.waitMs ?? waitMs, waitMs),
    reason: report.reason ?? (isPending ? 'refund_pending' : 'refund_unknown'),
    words: `${report.words} A refund of period ${refund.periodIndex} is on its way. ${asked}`,
  };
}
