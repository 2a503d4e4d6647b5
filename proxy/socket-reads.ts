import type { Socket } from 'node:net';

const READ_BYTES = 32 * 1024;
// V8 sees what buffers hold only when 64 MiB of them have piled up.
const COLLECT_EVERY_BYTES = 4 * 1024 * 1024;

/** What a connection keeps for a reader that is slower than its sender, in each direction. */
export const KEPT_BYTES = 16 * 1024;

let readSinceCollection = 0;

/**
 * For connections to upstreams: all read into one buffer, out of which what came is copied. Otherwise node makes a
 * buffer of 64 KiB for each read, be it for one token, and leaves it to the garbage collector.
 */
export const upstreamReads = {
  highWaterMark: KEPT_BYTES,
  onread: {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback(this: Socket, length: number, bytes: Uint8Array) {
      readSinceCollection += length;
      if (readSinceCollection > COLLECT_EVERY_BYTES) collect();
      return this.push(Buffer.from(bytes.subarray(0, length)));
    },
  },
};

/** Young objects only: a millisecond. Where the process was started without `--expose-gc`, nothing. */
function collect(): void {
  readSinceCollection = 0;
  globalThis.gc?.({ type: 'minor' });
}
