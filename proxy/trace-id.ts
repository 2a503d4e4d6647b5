import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const ID_BYTES = 16;
// Asking for randomness costs the same for one id as for hundreds.
const random = Buffer.alloc(256 * ID_BYTES);
let unused = random.length;
let lastMs = 0;
let counter = 0;

/** A UUID of version 7. Those that one process makes are in order. */
export function newTraceId(): string {
  if (unused === random.length) {
    randomFillSync(random);
    unused = 0;
  }
  const bytes = random.subarray(unused, unused + ID_BYTES);
  unused += ID_BYTES;
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // 31 of its 32 bits: room to count within the millisecond.
    counter = bytes.readUInt32BE(0) >>> 1;
  } else counter += 1;
  return uuidv7({ random: bytes, msecs: lastMs, seq: counter });
}
