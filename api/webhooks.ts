import { validate as isUuid } from 'uuid';
import { findCharge } from '../db/charges.ts';
import { type InboxEvent, markKnown, storeEvent } from '../db/inbox.ts';
import type { AppContext } from '../http/context.ts';
import type { ProviderEvent } from '../providers/payments.ts';
import type { ChargeFact } from '../providers/recurring.ts';
import { confirmPaymentStart, confirmPaymentWorkflow } from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';

// Providers give up on an answer after some seconds; the sweep starts what is not started here.
const START_WITHIN_MS = 3_000;

/** Keeps a verified event and starts its confirmation. Returns once the provider may forget the event. */
export async function receiveEvent(deps: ApiDeps, ctx: AppContext, event: ProviderEvent): Promise<void> {
  const { provider, eventId, type, payload, fact } = event;
  const status = fact ? 'stored' : 'ignored';
  const charge = fact?.kind === 'charge' ? fact.charge : undefined;
  const chargeId = charge?.chargeId && isUuid(charge.chargeId) ? charge.chargeId : undefined;
  const stored = await storeEvent(deps.db, {
    provider,
    eventId,
    type,
    payload,
    status,
    chargeId,
    chargeStatus: charge?.status,
  });
  ctx.state.log.info({ provider, eventId, type, status: stored.status }, 'Provider event');
  if (stored.status !== 'stored') return;
  const news = chargeId && charge ? await newsOfCharge(deps, chargeId, charge) : 'news';
  if (news === 'known') await markKnown(deps.db, stored.id);
  if (news === 'news') await startConfirmation(deps, ctx, stored);
}

// Longer than a provider takes to answer a charge.
const ANSWER_MS = 30_000;

/**
 * Most events about charges say what their answer has said or is about to say: a renewal needs no second workflow for
 * them. `awaited`: the answer is on its way; should it be lost, the worker's sweep starts the confirmation.
 */
async function newsOfCharge(
  { db }: ApiDeps,
  chargeId: string,
  said: ChargeFact,
): Promise<'known' | 'awaited' | 'news'> {
  const charge = await findCharge(db, chargeId);
  if (!charge) return 'news';
  if (charge.status === said.status && charge.paymentRef === said.paymentRef) return 'known';
  const isFresh = Date.now() - charge.requestedAt.getTime() < ANSWER_MS;
  return charge.status === 'unknown' && isFresh ? 'awaited' : 'news';
}

async function startConfirmation({ temporal }: ApiDeps, ctx: AppContext, event: InboxEvent): Promise<void> {
  const start = () => temporal.workflow.start(confirmPaymentWorkflow, confirmPaymentStart(event));
  try {
    await temporal.withDeadline(Date.now() + START_WITHIN_MS, start);
  } catch (err) {
    // It is stored, which is all that the provider needs to know; the worker's sweep starts it.
    ctx.state.log.warn(
      { err, eventId: event.eventId },
      'The confirmation starts later: Temporal does not answer',
    );
  }
}
