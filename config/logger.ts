import { type Logger, pino } from 'pino';

/** Never in a log line, wherever an object that holds them is logged. */
const secretFields = ['password', 'token', 'secret', 'key', 'authorization', 'cookie', 'set-cookie', 'email'];

/** JSON lines on stdout, one process name in each. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: {
      // Postgres puts the values of a violated key into err.detail.
      paths: [...secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`]), 'err.detail'],
      censor: '[redacted]',
    },
  });
}
