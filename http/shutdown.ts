import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { AppContext, Next } from './context.ts';

/** A request that runs longer than this is cut when the process stops. */
const DRAIN_MS = 10_000;

/** While stopping, tells clients to come back on another connection: an idle one would hold the process up. */
export function closeWhileDraining(draining: AbortSignal) {
  return async (ctx: AppContext, next: Next) => {
    await next();
    if (draining.aborted) ctx.set('Connection', 'close');
  };
}

/** Takes no new connections, lets requests finish, then answers. */
export async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(cut);
}

/**
 * On SIGTERM or SIGINT: aborts `draining`, runs `stop`, exits. Later signals change nothing: Ctrl-C reaches a whole
 * group of processes, whose supervisor then sends its own.
 */
export function stopOnSignal(draining: AbortController, stop: () => Promise<void>, logger: Logger): void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (draining.signal.aborted) return;
    draining.abort();
    logger.info({ signal }, 'Stopping');
    stop().then(
      () => process.exit(0),
      (err) => {
        logger.error({ err }, 'Did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
