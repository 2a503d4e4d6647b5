import getRawBody from 'raw-body';
import { DomainError } from '../billing/errors.ts';
import type { AppContext } from './context.ts';

/** No JSON that the api takes comes near this. */
export const JSON_LIMIT_BYTES = 64 * 1024;

/** The body's bytes as they came, for signatures. Stops reading at the limit. */
export async function readRawBody(ctx: AppContext, limitBytes: number): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, {
      length: ctx.req.headers['content-length'] ?? null,
      limit: limitBytes,
    });
  } catch (error) {
    // What is still coming is thrown away, so that the client reads our answer and the connection stays usable.
    ctx.req.resume();
    throw refusalOf(error, limitBytes);
  }
}

/** The body as JSON: only `application/json`, uncompressed, within the limit. */
export async function readJson(ctx: AppContext): Promise<unknown> {
  const encoding = ctx.get('content-encoding');
  if (!ctx.is('application/json') || (encoding && encoding !== 'identity'))
    throw new DomainError('unsupported_media_type', 'Send a JSON body with Content-Type: application/json');
  const bytes = await readRawBody(ctx, JSON_LIMIT_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new DomainError('invalid_request', 'The body is not valid JSON');
  }
}

function refusalOf(error: unknown, limitBytes: number): unknown {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large')
    return new DomainError('payload_too_large', `The body is larger than ${limitBytes} bytes`);
  if (type === 'request.aborted' || type === 'request.size.invalid')
    return new DomainError('invalid_request', 'The body ended early');
  return error;
}
