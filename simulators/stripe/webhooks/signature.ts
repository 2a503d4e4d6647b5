import { createHmac } from 'node:crypto';

/** The `Stripe-Signature` header for a body sent at `second`. */
export function signatureHeader(secret: string, second: number, body: string | Buffer): string {
  const v1 = createHmac('sha256', secret).update(`${second}.`).update(body).digest('hex');
  return `t=${second},v1=${v1}`;
}
