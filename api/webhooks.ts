import { type InboxEvent, storeEvent } from '../db/inbox.ts';
import type { AppContext } from '../http/context.ts';
import type { ProviderEvent } from '../providers/payments.ts';
import { confirmPaymentStart, confirmPaymentWorkflow } from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';

// Providers give up on an answer after some seconds; the sweep starts what is not started here.
const START_WITHIN_MS = 3_000;

/** Keeps a verified event and starts its confirmation. Returns once the provider may forget the event. */
export async function receiveEvent(deps: ApiDeps, ctx: AppContext, event: ProviderEvent): Promise<void> {
  const { provider, eventId, type, payload, fact } = event;
  const status = fact ? 'stored' : 'ignored';
  const stored = await storeEvent(deps.db, { provider, eventId, type, payload, status });
  ctx.state.log.info({ provider, eventId, type, status: stored.status }, 'Provider event');
  if (stored.status === 'stored') await startConfirmation(deps, ctx, stored);
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
