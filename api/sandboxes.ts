import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { DomainError } from '../billing/errors.ts';
import { type FoundAccount, searchAccount } from '../db/account-search.ts';
import { writeAudit } from '../db/audit-log.ts';
import { lockAccount } from '../db/order-limits.ts';
import { hasPaidRealMoney, listSandboxes, makeSandbox, type Sandbox } from '../db/sandboxes.ts';
import {
  type SandboxClockInput,
  sandboxClockWorkflow,
  sandboxClockWorkflowId,
  taskQueue,
} from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';
import { takesRealMoney } from './plan-purchase.ts';
import type { SandboxAccount } from './schemas/admin-subscriptions.ts';

const ANSWER_WITHIN_MS = 10_000;
const MOST_MS = 2 * 366 * 24 * 3_600_000;

export type SandboxDeps = Pick<ApiDeps, 'db' | 'temporal'>;

/** Who asks, for the audit log. */
export interface Actor {
  id: string | null;
  name: string;
}

export async function sandboxViews(deps: SandboxDeps): Promise<SandboxAccount[]> {
  const sandboxes = await listSandboxes(deps.db);
  return Promise.all(sandboxes.map((sandbox) => toWire(deps, sandbox)));
}

export async function sandboxView(deps: SandboxDeps, accountId: string): Promise<SandboxAccount> {
  return toWire(deps, await sandboxOf(deps, accountId));
}

/**
 * Moves a sandbox account's time on, through the workflow that does what falls due on the way. A repeat for the same
 * moment joins it.
 */
export async function advanceSandbox(
  deps: SandboxDeps,
  actor: Actor,
  request: { accountId: string; to: Date },
): Promise<SandboxAccount> {
  const { accountId, to } = request;
  const sandbox = await sandboxOf(deps, accountId);
  const isJoined = (await movingTo(deps, accountId)) === to.toISOString();
  if (!isJoined) {
    requireReach(sandbox, to);
    await startClock(deps, actor, request);
    await audit(deps, actor, sandbox, to);
  }
  return sandboxView(deps, accountId);
}

function requireReach({ offsetMs }: Sandbox, to: Date): void {
  const now = Date.now() + offsetMs;
  if (to.getTime() <= now)
    throw new DomainError(
      'invalid_request',
      `Time only goes on: it is ${new Date(now).toISOString()} there`,
      {
        param: 'to',
      },
    );
  if (to.getTime() - now > MOST_MS)
    throw new DomainError('invalid_request', 'That is more than two years ahead: go there in steps', {
      param: 'to',
    });
}

async function startClock(
  { temporal }: SandboxDeps,
  actor: Actor,
  { accountId, to }: { accountId: string; to: Date },
): Promise<void> {
  const input: SandboxClockInput = { accountId, to: to.toISOString(), requestedBy: actor.id ?? actor.name };
  const start = () =>
    temporal.workflow.start(sandboxClockWorkflow, {
      taskQueue,
      workflowId: sandboxClockWorkflowId(accountId),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      args: [input],
      memo: { to: input.to },
    });
  try {
    await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new DomainError(
      'conflict',
      'The clock of this account is being moved already. Wait until it arrives.',
    );
  }
}

function audit({ db }: SandboxDeps, actor: Actor, sandbox: Sandbox, to: Date): Promise<string> {
  const { accountId, offsetMs } = sandbox;
  return db.transaction((trx) =>
    writeAudit(trx, {
      actorId: actor.id,
      actor: actor.name,
      action: 'sandbox.advance',
      subjectKind: 'account',
      subjectId: accountId,
      accountId,
      before: { now: new Date(Date.now() + offsetMs).toISOString() },
      after: { now: to.toISOString() },
    }),
  );
}

/** The moment that a running move goes to. */
async function movingTo({ temporal }: SandboxDeps, accountId: string): Promise<string | undefined> {
  try {
    const describe = () => temporal.workflow.getHandle(sandboxClockWorkflowId(accountId)).describe();
    const { status, memo } = await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, describe);
    return status.name === 'RUNNING' ? String(memo?.to ?? '') : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function sandboxOf({ db }: SandboxDeps, accountId: string): Promise<Sandbox> {
  const [sandbox] = await listSandboxes(db, accountId);
  if (sandbox) return sandbox;
  if (await searchAccount(db, accountId))
    throw new DomainError(
      'live_account',
      'This is a live account: its time is everybody’s and cannot be moved',
    );
  throw new DomainError('not_found', 'There is no such account');
}

async function toWire(deps: SandboxDeps, sandbox: Sandbox): Promise<SandboxAccount> {
  const to = await movingTo(deps, sandbox.accountId);
  return {
    account_id: sandbox.accountId,
    email: sandbox.email,
    time_zone: sandbox.timeZone,
    now: new Date(Date.now() + sandbox.offsetMs).toISOString(),
    ahead_seconds: Math.round(sandbox.offsetMs / 1000),
    running: to !== undefined,
    moving_to: to || null,
    plan_id: sandbox.planId,
  };
}

/** For good: an account that has been a sandbox has a history that never happened. */
export async function turnIntoSandbox(
  deps: SandboxDeps & Pick<ApiDeps, 'config'>,
  actor: Actor,
  account: string,
): Promise<SandboxAccount> {
  const found = await searchAccount(deps.db, account);
  if (!found) throw new DomainError('not_found', 'There is no such account');
  if (takesRealMoney(deps.config))
    throw new DomainError('live_account', 'Payments here take real money: there are no sandboxes');
  await deps.db.transaction(async (trx) => {
    // An order that is being opened waits: it is seen, or it comes after.
    await lockAccount(trx, found.id);
    if (await hasPaidRealMoney(trx, found.id))
      throw new DomainError('live_account', 'This account may have paid real money: it stays live');
    await makeSandbox(trx, found.id);
    await auditMade(trx, actor, found);
  });
  return sandboxView(deps, found.id);
}

function auditMade(trx: Parameters<typeof writeAudit>[0], actor: Actor, { id }: FoundAccount) {
  return writeAudit(trx, {
    actorId: actor.id,
    actor: actor.name,
    action: 'sandbox.make',
    subjectKind: 'account',
    subjectId: id,
    accountId: id,
    after: { sandbox: true },
  });
}
