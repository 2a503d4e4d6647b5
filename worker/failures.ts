import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import { DomainError, type ErrorCode } from '../billing/errors.ts';

// Everything else that the domain refuses stays refused, however often it is tried.
const passing: ReadonlySet<ErrorCode> = new Set([
  'provider_unavailable',
  'database_unavailable',
  'temporal_unavailable',
  'overloaded',
]);

const translate: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input);
    } catch (error) {
      throw error instanceof DomainError ? toFailure(error) : error;
    }
  },
};

/** Carries a refusal's code through Temporal as the failure's type: workflows and the api match on it. */
export const domainFailures: ActivityInterceptorsFactory = () => ({ inbound: translate });

function toFailure(error: DomainError): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !passing.has(error.code),
    category: ApplicationFailureCategory.BENIGN,
    ...(error.cause instanceof Error ? { cause: withoutStack(error.cause) } : {}),
  });
  return withoutStack(failure);
}

/** A refusal is no bug: where it was thrown helps nobody, and each history would carry it. */
function withoutStack<E extends Error>(error: E): E {
  error.stack = '';
  return error;
}
