import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../billing/errors.ts';
import { formatUsd } from '../billing/money.ts';
import { nextStep } from '../billing/subscription-step.ts';
import { dunningRules } from '../billing/subscriptions.ts';
import { readClock } from '../db/account-clock.ts';
import { readSituation } from '../db/subscription-facts.ts';
import { type DueSubscription, findSubscription, listDueSubscriptions } from '../db/subscriptions.ts';
import {
  type BillingRunInput,
  billingRunWorkflow,
  billingRunWorkflowId,
  taskQueue,
} from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';
import type { BillingRun, DueItem } from './schemas/admin-subscriptions.ts';
import { stepAmount, stepWords } from './step-words.ts';

const ANSWER_WITHIN_MS = 10_000;

export interface RunRequest {
  asOf: Date | undefined;
  accountId: string | undefined;
}

/** Compared as digests, so that neither length nor prefix of the token shows in how long it takes. */
export function requireBillingToken(expected: string | undefined, authorization: string): void {
  if (expected === undefined) throw new DomainError('not_found', 'There is nothing at this address');
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (!timingSafeEqual(digest(given), digest(expected)))
    throw new DomainError('unauthorized', 'Send the billing token: Authorization: Bearer …');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Starts a run, or joins the one that is under way: what it wakes is done once, however many ask. */
export async function startBillingRun({ temporal }: ApiDeps, request: RunRequest): Promise<BillingRun> {
  const { accountId } = request;
  const asOf = momentOf(request);
  const input: BillingRunInput = { asOf: asOf.toISOString(), ...(accountId && { accountId }) };
  const workflowId = accountId ? `${billingRunWorkflowId}:${accountId}` : billingRunWorkflowId;
  const start = async () => {
    const handle = await temporal.workflow.start(billingRunWorkflow, {
      taskQueue,
      workflowId,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
    });
    return handle.describe();
  };
  const { runId, status } = await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, start);
  return {
    as_of: asOf.toISOString(),
    dry_run: false,
    workflow_id: workflowId,
    run_id: runId,
    status: status.name,
    items: [],
    next_cursor: null,
  };
}

/** A page of what a run would do; nothing is changed and nobody is asked. */
export async function dryBillingRun(
  deps: ApiDeps,
  request: RunRequest & { limit: number; cursor: string | undefined },
): Promise<BillingRun> {
  const asOf = momentOf(request);
  const { limit, accountId } = request;
  const after = request.cursor === undefined ? undefined : readCursor(request.cursor);
  const due = await listDueSubscriptions(deps.db, { asOf, accountId, after, limit: limit + 1 });
  const page = due.slice(0, limit);
  const items: DueItem[] = [];
  for (const one of page) items.push(...(await dueItem(deps, one, asOf)));
  const last = page.at(-1);
  return {
    as_of: asOf.toISOString(),
    dry_run: true,
    workflow_id: null,
    run_id: null,
    status: null,
    items,
    next_cursor: due.length > limit && last ? writeCursor(last) : null,
  };
}

function momentOf({ asOf }: RunRequest): Date {
  const now = new Date();
  if (asOf !== undefined && asOf > now)
    throw new DomainError('invalid_request', 'as_of is in the future: nothing is done before it is due', {
      param: 'as_of',
    });
  return asOf ?? now;
}

/** Nothing where it ended since the page was read. */
async function dueItem({ db, config }: ApiDeps, due: DueSubscription, asOf: Date): Promise<DueItem[]> {
  const subscription = await findSubscription(db, due.id);
  if (!subscription) return [];
  const { offsetMs } = await readClock(db, due.accountId);
  const situation = await readSituation(db, subscription, new Date(asOf.getTime() + offsetMs));
  const step = nextStep(situation.facts, dunningRules(config));
  const amount = stepAmount(step, situation);
  return [
    {
      account_id: due.accountId,
      subscription_id: due.id,
      plan_id: situation.nextTerms.planId,
      period_index: subscription.periodIndex + 1,
      due_at: due.wakeAt.toISOString(),
      step: stepWords(step, situation),
      amount_usd: amount === null ? null : formatUsd(amount),
    },
  ];
}

function writeCursor({ wakeAt, id }: DueSubscription): string {
  return Buffer.from(`${wakeAt.toISOString()} ${id}`).toString('base64url');
}

const CURSOR = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/;

function readCursor(cursor: string): { wakeAt: string; id: string } {
  const [, wakeAt, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (wakeAt === undefined || id === undefined || Number.isNaN(Date.parse(wakeAt)))
    throw new DomainError('invalid_request', 'Use the next_cursor of the page before', { param: 'cursor' });
  return { wakeAt, id };
}
