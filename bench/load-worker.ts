/**
 * A load generator in a process of its own: one raw socket a connection, one request in flight on each, as little
 * parsing as finding the end of an answer takes, so that what is measured is the server. Talks over IPC.
 */
import net from 'node:net';
import type { LoadOptions, LoadReport } from './load.ts';

const HEADER_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

interface Tally {
  latenciesMs: number[];
  firstBytesMs: number[];
  failures: Record<string, number>;
  stopAt: number;
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

/** Sends request after request on one socket until the time is over; reconnects when the server hangs up. */
function connection(options: LoadOptions, request: Buffer, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: options.host, port: options.port, noDelay: true });
    let head: ReturnType<typeof readHead>;
    let pending = Buffer.alloc(0);
    let size = 0;
    let sentAt = 0;
    let firstByteAt = 0;

    const send = () => {
      if (performance.now() >= tally.stopAt) return socket.end();
      head = undefined;
      pending = Buffer.alloc(0);
      size = 0;
      sentAt = performance.now();
      firstByteAt = 0;
      return socket.write(request);
    };
    const finish = () => {
      const now = performance.now();
      if (head?.status === '200') {
        tally.latenciesMs.push(now - sentAt);
        tally.firstBytesMs.push(firstByteAt - sentAt);
      } else fail(tally, `status ${head?.status}`);
      sentAt = 0;
      send();
    };

    socket.on('connect', send);
    socket.on('data', (chunk) => {
      if (!firstByteAt) firstByteAt = performance.now();
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
      if (performance.now() >= tally.stopAt) resolve();
      else setTimeout(() => resolve(connection(options, request, tally)), 10);
    });
  });
}

async function run(options: LoadOptions): Promise<LoadReport> {
  const tally: Tally = {
    latenciesMs: [],
    firstBytesMs: [],
    failures: {},
    stopAt: performance.now() + options.seconds * 1000,
  };
  const request = requestBytes(options);
  const started = performance.now();
  await Promise.all(Array.from({ length: options.connections }, () => connection(options, request, tally)));
  const { latenciesMs, firstBytesMs, failures } = tally;
  return { latenciesMs, firstBytesMs, failures, seconds: (performance.now() - started) / 1000 };
}

process.on('message', (options: LoadOptions) => {
  run(options).then(
    (report) => process.send?.(report),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
