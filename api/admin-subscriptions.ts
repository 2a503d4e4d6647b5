import { DomainError } from '../billing/errors.ts';
import { nextStep } from '../billing/subscription-step.ts';
import { dunningRules } from '../billing/subscriptions.ts';
import { searchAccount } from '../db/account-search.ts';
import { readSituation } from '../db/subscription-facts.ts';
import type { Session } from '../http/session.ts';
import {
  grantPeriodUpdate,
  retryChargeUpdate,
  skipPeriodUpdate,
  subscriptionWorkflowId,
} from '../workflows/contract.ts';
import { askSubscription } from './ask-workflow.ts';
import type { ApiDeps } from './deps.ts';
import { readPlanNow } from './plan-now.ts';
import type { AccountSubscription } from './schemas/admin-subscriptions.ts';
import { stepWords } from './step-words.ts';
import { subscriptionPeriods } from './subscription-history.ts';
import { subscriptionView } from './subscription-view.ts';
import { auditUser } from './user-audit.ts';
import { workflowUrl } from './workflow-url.ts';

const PERIODS = 100;

/** Everything about an account's plan on one page, and where to look further. */
export async function accountSubscription(deps: ApiDeps, account: string): Promise<AccountSubscription> {
  const found = await searchAccount(deps.db, account);
  if (!found) throw new DomainError('not_found', 'There is no account with this id or e-mail address');
  const { live, at } = await readPlanNow(deps.db, found.id);
  const situation = live && (await readSituation(deps.db, live, at));
  const step = situation && nextStep(situation.facts, dunningRules(deps.config));
  return {
    account_id: found.id,
    email: found.email,
    account_status: found.status,
    state: await subscriptionView(deps, found.id),
    next_step: step ? stepWords(step, situation) : null,
    due_at: live?.wakeAt?.toISOString() ?? null,
    periods: await subscriptionPeriods(deps.db, found.id, PERIODS),
    workflow_url: workflowUrl(deps.config, subscriptionWorkflowId(found.id)),
  };
}

export type SupportAct = 'retry' | 'skip' | 'grant';

/** Sends what support decided to the account's workflow, which does it in turn with everything else. */
export async function actOnSubscription(
  deps: ApiDeps,
  session: Session,
  request: { accountId: string; act: SupportAct; reason: string },
): Promise<AccountSubscription> {
  const { accountId, act, reason } = request;
  const found = await searchAccount(deps.db, accountId);
  if (!found) throw new DomainError('not_found', 'There is no such account');
  // No e-mail address: the name goes into the workflow's history.
  const requestedBy = `${session.role} ${session.accountId}`;
  if (act === 'skip') await askSubscription(deps, accountId, skipPeriodUpdate, [{ requestedBy, reason }]);
  if (act === 'grant') await askSubscription(deps, accountId, grantPeriodUpdate, [{ requestedBy, reason }]);
  if (act === 'retry') {
    await auditRetry(deps, session, accountId, reason);
    await askSubscription(deps, accountId, retryChargeUpdate, [{ requestedBy }]);
  }
  return accountSubscription(deps, accountId);
}

/** The others are audited by the step that does them; this one takes no reason along. */
function auditRetry({ db }: ApiDeps, session: Session, accountId: string, reason: string): Promise<string> {
  return db.transaction((trx) =>
    auditUser(trx, session, {
      action: 'subscription.retry_requested',
      subjectKind: 'account',
      subjectId: accountId,
      accountId,
      reason,
    }),
  );
}
