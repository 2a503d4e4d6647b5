import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Longer than any client keeps an idle connection, so that no request meets a closing one. */
const keepAliveMs = 120_000;

/** Starts listening and answers the port, which differs from `port` only when that is 0. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.keepAliveTimeout = keepAliveMs;
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Closes at once: a simulator holds connections open on purpose, so waiting for them would never end. */
export async function closeNow(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
