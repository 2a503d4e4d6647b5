import { DefaultLogger, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own messages as lines of our log. */
export function temporalLogger(logger: Logger): DefaultLogger {
  // The worker tells at INFO of every pass of its state machine; what we do not ask for is not even formatted.
  const lowest: LogLevel = logger.isLevelEnabled('debug') ? 'DEBUG' : 'WARN';
  return new DefaultLogger(lowest, ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    logger[levels[level]]({ ...rest, err: error }, message);
  });
}
