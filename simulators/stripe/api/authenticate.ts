import { timingSafeEqual } from 'node:crypto';
import { StripeError } from '../stripe-error.ts';

/** Accepts `Bearer <key>`, and Basic with the key as user name as curl sends it. */
export function authenticate(secretKey: string, header: string | undefined): void {
  const key = keyFrom(header);
  if (key === undefined || key === '') {
    throw new StripeError(
      401,
      'invalid_request_error',
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.',
    );
  }
  const given = Buffer.from(key);
  const expected = Buffer.from(secretKey);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  const shown = key.length > 20 ? `${key.slice(0, 8)}****${key.slice(-4)}` : '****';
  throw new StripeError(401, 'invalid_request_error', `Invalid API Key provided: ${shown}`);
}

function keyFrom(header: string | undefined): string | undefined {
  const [, scheme, credentials] = /^(Bearer|Basic)\s+(\S+)$/i.exec(header ?? '') ?? [];
  if (credentials === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return credentials;
  return Buffer.from(credentials, 'base64').toString().split(':')[0];
}
