import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { DomainError, type ErrorCode, errorCodes } from '../billing/errors.ts';
import { orderWorkflowOf, type TopUpInput, type TopUpState, topUpStart } from '../workflows/contract.ts';
import type { ApiDeps } from './deps.ts';

const ANSWER_WITHIN_MS = 10_000;

/**
 * Sends a request to an order's workflow, which is started if it does not run: a finished one goes on from the
 * order's row. Throws the workflow's own refusal, or `temporal_unavailable` where no answer came in time.
 */
export async function askTopUp<Args extends [] | [object]>(
  { temporal }: ApiDeps,
  input: TopUpInput,
  update: UpdateDefinition<TopUpState, Args>,
  options: { args?: Args; updateId?: string },
): Promise<TopUpState> {
  const startWorkflowOperation = new WithStartWorkflowOperation(orderWorkflowOf(input), topUpStart(input));
  const ask = () => temporal.workflow.executeUpdateWithStart(update, { ...options, startWorkflowOperation });
  try {
    return await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask);
  } catch (error) {
    throw refusalOf(error);
  }
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
