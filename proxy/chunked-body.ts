import type { ServerResponse } from 'node:http';

const CRLF = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const NOTHING = Buffer.alloc(0);
// Room for the length of a chunk in hexadecimal digits.
const LENGTH_DIGITS = 8;
// What is longer is not copied: three writes cost less than that.
const MAX_COPIED_BYTES = 16 * 1024;

/**
 * The body of an answer whose length is not known. node:http sends each chunk in four pieces; twenty chunks a call make
 * that most of what a stream costs. Here a chunk is one piece, copied where it is small.
 */
export class ChunkedBody {
  readonly #res: ServerResponse;
  /** HTTP/1.0 has no chunks: there the end of the connection ends the body. */
  readonly #framed: boolean;

  /** The head is already written. From then on only this writes the body. */
  constructor(res: ServerResponse) {
    this.#res = res;
    this.#framed = res.chunkedEncoding;
    res.chunkedEncoding = false;
  }

  /** Sends these pieces at once. False: wait for `drain`. */
  write(pieces: readonly Buffer[]): boolean {
    const length = lengthOf(pieces);
    if (length === 0) return true;
    if (!this.#framed) return this.#send(pieces);
    if (length <= MAX_COPIED_BYTES) return this.#send([framed(pieces, length, NOTHING)]);
    return this.#send([Buffer.from(`${length.toString(16)}\r\n`), ...pieces, CRLF]);
  }

  end(pieces: readonly Buffer[]): void {
    const length = lengthOf(pieces);
    if (this.#framed && length > 0 && length <= MAX_COPIED_BYTES) {
      this.#res.end(framed(pieces, length, LAST_CHUNK));
      return;
    }
    this.write(pieces);
    this.#res.end(this.#framed ? LAST_CHUNK : NOTHING);
  }

  #send(pieces: readonly Buffer[]): boolean {
    let hasRoom = true;
    // Otherwise each write asks for a turn of the event loop of its own.
    this.#res.cork();
    for (const piece of pieces) hasRoom = this.#res.write(piece);
    this.#res.uncork();
    return hasRoom;
  }
}

function lengthOf(pieces: readonly Buffer[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

/** One chunk, and what follows it. */
function framed(pieces: readonly Buffer[], length: number, after: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_DIGITS + length + 2 * CRLF.length + after.length);
  let at = bytes.write(`${length.toString(16)}\r\n`, 0, 'latin1');
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  at += bytes.write('\r\n', at, 'latin1');
  bytes.set(after, at);
  return bytes.subarray(0, at + after.length);
}
