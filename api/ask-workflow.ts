import {
  WithStartWorkflowOperation,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition, type Workflow } from '@temporalio/common';
import { DomainError, type ErrorCode, errorCodes } from '../billing/errors.ts';
import {
  orderWorkflowOf,
  subscriptionStart,
  subscriptionWorkflow,
  type TopUpInput,
  type TopUpState,
  topUpStart,
} from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';

const ANSWER_WITHIN_MS = 10_000;

type StartOptions = WorkflowStartOptions<Workflow> & {
  workflowIdConflictPolicy: NonNullable<WorkflowStartOptions['workflowIdConflictPolicy']>;
};

/** How a workflow is started that does not run. */
export interface Starting {
  workflow: string;
  options: StartOptions;
}

/**
 * Sends a request to a workflow, which is started if it does not run: a finished one goes on from what is stored.
 * Throws the workflow's own refusal, or `temporal_unavailable` where no answer came in time.
 */
export async function askWorkflow<State, Args extends [] | [object]>(
  { temporal }: Pick<ApiDeps, 'temporal'>,
  { workflow, options }: Starting,
  update: UpdateDefinition<State, Args>,
  request: { args?: Args; updateId?: string },
): Promise<State> {
  const ask = () => {
    const startWorkflowOperation = new WithStartWorkflowOperation(workflow, options);
    return temporal.workflow.executeUpdateWithStart(update, { ...request, startWorkflowOperation });
  };
  try {
    return await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => untilTaken(ask));
  } catch (error) {
    throw refusalOf(error);
  }
}

// Of gRPC: NOT_FOUND of a run that has ended meanwhile, FAILED_PRECONDITION of one whose end another message held up.
const notTaken: readonly unknown[] = [5, 9];
const TRIES = 5;

/** A request can meet a run that ends at this moment: that one did not take it, and the next try starts another. */
async function untilTaken<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const isEnding = notTaken.includes((error as { code?: unknown }).code);
      if (!isEnding || tries === TRIES) throw error;
    }
  }
}

export function askTopUp<Args extends [] | [object]>(
  deps: Pick<ApiDeps, 'temporal'>,
  input: TopUpInput,
  update: UpdateDefinition<TopUpState, Args>,
  request: { args?: Args; updateId?: string },
): Promise<TopUpState> {
  return askWorkflow(deps, { workflow: orderWorkflowOf(input), options: topUpStart(input) }, update, request);
}

export function askSubscription<State, Args extends [] | [object]>(
  deps: Pick<ApiDeps, 'temporal'>,
  accountId: string,
  update: UpdateDefinition<State, Args>,
  args: Args,
): Promise<State> {
  const starting = { workflow: subscriptionWorkflow, options: subscriptionStart(accountId) };
  return askWorkflow(deps, starting, update, { args });
}

function refusalOf(error: unknown): unknown {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return noAnswer(error);
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type))
      return new DomainError(cause.type, cause.message, { cause: error });
  return error;
}

function noAnswer(cause: unknown): DomainError {
  return new DomainError(
    'temporal_unavailable',
    'No answer came in time. Send the same request again: it goes on where it is.',
    { retryAfterSeconds: 5, cause },
  );
}

function isErrorCode(type: unknown): type is ErrorCode {
  return errorCodes.some((code) => code === type);
}
