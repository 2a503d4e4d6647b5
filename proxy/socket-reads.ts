import type { OnReadOpts, Socket } from 'node:net';

const READ_BYTES = 64 * 1024;

/**
 * For connections to upstreams: all read into one buffer, out of which what came is copied. Otherwise node makes a
 * buffer of 64 KiB for each read, be it for one token, and leaves it to the garbage collector.
 */
export const onread: OnReadOpts = {
  buffer: Buffer.allocUnsafeSlow(READ_BYTES),
  callback(this: Socket, length: number, bytes: Uint8Array) {
    return this.push(Buffer.from(bytes.subarray(0, length)));
  },
};
