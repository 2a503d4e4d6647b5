import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../billing/errors.ts';

/** The whole body as text. */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<string> {
  const body = await readBytes(req, limitBytes);
  if (isUtf8(body)) return body.toString('utf8');
  throw new DomainError('invalid_request', 'The body is not valid UTF-8');
}

/** The whole body. Stops keeping it at the limit. */
export function readBytes(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return Promise.reject(new DomainError('unsupported_media_type', 'Send the body uncompressed'));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) reject(tooLarge(limitBytes));
      else chunks.push(chunk);
    });
    req.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    req.on('error', (cause) => reject(endedEarly(cause)));
    // The connection was lost before anybody listened.
    if (req.destroyed && !req.complete) reject(endedEarly(req.errored));
  });
}

function endedEarly(cause: Error | null): DomainError {
  return new DomainError('invalid_request', 'The body ended early', { cause });
}

function tooLarge(limitBytes: number): DomainError {
  return new DomainError('payload_too_large', `The body is larger than ${limitBytes} bytes`);
}
