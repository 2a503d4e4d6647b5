import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The domain's own failure. An activity wraps it, a local activity does not. */
export function refusalOf(error: unknown): ApplicationFailure | undefined {
  const inner = error instanceof ActivityFailure ? error.cause : error;
  return inner instanceof ApplicationFailure ? inner : undefined;
}
