/**
 * A load generator in a process of its own: one raw socket a connection, one request in flight on each, as little
 * parsing as finding the end of an answer takes, so that what is measured is the server. Talks over IPC.
 */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { LoadOptions, LoadReport } from './load.ts';

const HEADER_END = Buffer.from('\r\n\r\n');
const ACCEPT_MS = 50;
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

interface Tally {
  latenciesMs: number[];
  firstBytesMs: number[];
  silencesMs: number[];
  failures: Record<string, number>;
  stopAt: number;
}

interface Caller {
  begin(): Promise<void>;
}

function requestBytes({ host, port, path, headers, body }: LoadOptions): Buffer {
  const lines = Object.entries({
    host: `${host}:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Answers how an answer ends, once its head is complete: a length, or chunks. */
function readHead(buffer: Buffer): { status: string; endsAt: number | 'chunked' } | undefined {
  const end = buffer.indexOf(HEADER_END);
  if (end < 0) return undefined;
  const head = buffer.toString('latin1', 0, end).toLowerCase();
  const length = /\ncontent-length: (\d+)/.exec(head)?.[1];
  return { status: head.slice(9, 12), endsAt: length === undefined ? 'chunked' : end + 4 + Number(length) };
}

function fail(tally: Tally, reason: string): void {
  tally.failures[reason] = (tally.failures[reason] ?? 0) + 1;
}

/** Opens a connection that sends request after request from `begin` on until the time is over. */
async function openCaller(options: LoadOptions, request: Buffer, tally: Tally): Promise<Caller> {
  const socket = net.connect({ host: options.host, port: options.port, noDelay: true });
  await once(socket, 'connect');
  return { begin: () => callInTurn(socket, request, tally) };
}

/** Resolves when the time is over, or the server hangs up. */
function callInTurn(socket: net.Socket, request: Buffer, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let head: ReturnType<typeof readHead>;
    let pending = Buffer.alloc(0);
    let size = 0;
    let sentAt = 0;
    let firstByteAt = 0;
    let heardAt = 0;
    let silence = 0;

    const send = () => {
      if (performance.now() >= tally.stopAt) return socket.end();
      head = undefined;
      pending = Buffer.alloc(0);
      size = 0;
      sentAt = performance.now();
      firstByteAt = 0;
      heardAt = sentAt;
      silence = 0;
      return socket.write(request);
    };
    const hear = () => {
      const now = performance.now();
      firstByteAt ||= now;
      silence = Math.max(silence, now - heardAt);
      heardAt = now;
    };
    const finish = () => {
      if (head?.status === '200') {
        tally.latenciesMs.push(heardAt - sentAt);
        tally.firstBytesMs.push(firstByteAt - sentAt);
        tally.silencesMs.push(silence);
      } else fail(tally, `status ${head?.status}`);
      sentAt = 0;
      send();
    };

    socket.on('data', (chunk) => {
      hear();
      size += chunk.length;
      // Only the head and the tail matter: keep the head until it is whole, then the last few bytes.
      pending = head
        ? Buffer.concat([pending.subarray(-LAST_CHUNK.length), chunk])
        : Buffer.concat([pending, chunk]);
      head ??= readHead(pending);
      if (!head) return;
      if (
        head.endsAt === 'chunked'
          ? pending.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
          : size >= head.endsAt
      )
        finish();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(tally, error.code ?? 'error'));
    socket.on('close', () => {
      if (sentAt) fail(tally, 'cut off');
      resolve();
    });
    send();
  });
}

async function run(options: LoadOptions): Promise<LoadReport> {
  const request = requestBytes(options);
  const tally: Tally = { latenciesMs: [], firstBytesMs: [], silencesMs: [], failures: {}, stopAt: 0 };
  // All are open and accepted before the clock starts: a rush of new connections is another question.
  const callers: Caller[] = [];
  while (callers.length < options.connections) callers.push(await openCaller(options, request, tally));
  await wait(ACCEPT_MS);
  const started = performance.now();
  tally.stopAt = started + options.seconds * 1000;
  await Promise.all(callers.map((caller) => caller.begin()));
  const { latenciesMs, firstBytesMs, silencesMs, failures } = tally;
  const seconds = (performance.now() - started) / 1000;
  return { latenciesMs, firstBytesMs, silencesMs, failures, seconds };
}

process.on('message', (options: LoadOptions) => {
  run(options).then(
    (report) => process.send?.(report),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
