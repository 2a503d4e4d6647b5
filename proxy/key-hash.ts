import { hash } from 'node:crypto';

const bearer = /^Bearer ([\x21-\x7e]{8,200})$/i;

const bare = /^[\x21-\x7e]{8,200}$/;

/** The same for a key that is sent alone, as Anthropic's clients do in x-api-key. */
export function hashOfBareKey(key: string | string[] | undefined): string | undefined {
  return typeof key === 'string' && bare.test(key) ? hash('sha256', key, 'base64url') : undefined;
}

/** As better-auth's API key plugin stores keys: SHA-256, base64url, no padding. `undefined`: no key was sent. */
export function hashOfKey(authorization: string | undefined): string | undefined {
  const key = authorization && bearer.exec(authorization)?.[1];
  return key ? hash('sha256', key, 'base64url') : undefined;
}
