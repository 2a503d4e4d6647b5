import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_AGAIN_MS = 20;
// A caller that does not take the last bytes of its answer does not keep the process.
const FLUSH_MS = 5_000;

export interface DrainOptions {
  graceMs: number;
  limitMs: number;
}

interface Quiet {
  sinceMs: number;
  bytesRead: number;
  unsent: number;
}

/** What the proxy is doing, and whether it is about to stop. */
export class Activity {
  draining = false;
  readonly #sockets = new Set<Socket>();
  readonly #busy = new Map<Socket, number>();
  #running = 0;

  /** Requests that are being worked on, callers who left included: their calls are still settled. */
  get running(): number {
    return this.#running;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  begin(socket: Socket): void {
    this.#running += 1;
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1);
  }

  end(socket: Socket): void {
    this.#running -= 1;
    const left = (this.#busy.get(socket) ?? 1) - 1;
    if (left > 0) this.#busy.set(socket, left);
    else this.#busy.delete(socket);
  }

  /**
   * Takes no new connections, lets everything that runs come to its end, and closes. A connection that is kept alive is
   * closed with its next answer, or when nothing came for `graceMs`: a request may be on its way. What has not ended
   * after `limitMs` is cut.
   */
  async drain(server: Server, { graceMs, limitMs }: DrainOptions): Promise<void> {
    this.draining = true;
    const closed = once(server, 'close');
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    // The method of node:http would hang up on idle connections at once.
    NetServer.prototype.close.call(server);
    const quiet = new Map<Socket, Quiet>();
    const giveUpMs = performance.now() + limitMs;
    while ((!isClosed || this.#running > 0) && performance.now() < giveUpMs) {
      this.#closeQuiet(quiet, graceMs);
      await Promise.race([closed, wait(LOOK_AGAIN_MS)]);
      if (isClosed && this.#running > 0) await wait(LOOK_AGAIN_MS);
    }
    // Ends what node:http itself still watches.
    server.close();
    server.closeAllConnections();
  }

  #closeQuiet(quiet: Map<Socket, Quiet>, graceMs: number): void {
    const nowMs = performance.now();
    for (const socket of this.#sockets) {
      const { bytesRead, writableLength: unsent } = socket;
      const known = quiet.get(socket);
      const moved = !known || known.bytesRead !== bytesRead || known.unsent !== unsent;
      if (moved || this.#busy.has(socket)) quiet.set(socket, { sinceMs: nowMs, bytesRead, unsent });
      else if (nowMs - known.sinceMs >= (unsent > 0 ? FLUSH_MS : graceMs)) socket.destroy();
    }
  }
}
