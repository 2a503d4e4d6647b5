import Stripe from 'stripe';
import { DomainError } from '../../billing/errors.ts';
import type { ProviderEvent, WebhookParser } from '../payments.ts';
import { readStripeEvent } from './event.ts';

const TOLERANCE_SECONDS = 300;

/** Made only with a secret: an empty one would let anybody sign (GHSA-xff3-5c9p-2mr4). */
export function stripeWebhookParser(secret: string, now: () => number = Date.now): WebhookParser {
  if (secret.trim() === '') throw new Error('A webhook secret must not be blank');
  return (rawBody, headers) => {
    const signature = headers['stripe-signature'];
    if (typeof signature !== 'string') throw refused('It carries no signature');
    const payload = verified(rawBody, signature, secret, Math.floor(now() / 1000));
    return providerEvent(payload);
  };
}

function verified(rawBody: Buffer, signature: string, secret: string, nowSeconds: number): unknown {
  try {
    const payload = Stripe.webhooks.constructEvent(
      rawBody,
      signature,
      secret,
      TOLERANCE_SECONDS,
      undefined,
      nowSeconds * 1000,
    );
    refuseFuture(signature, nowSeconds);
    return payload;
  } catch {
    // The reason stays with us: it would tell a forger which part to mend.
    throw refused('Its signature does not hold');
  }
}

/** The SDK only looks for old timestamps; one far ahead would stay valid for as long as its sender likes. */
function refuseFuture(signature: string, nowSeconds: number): void {
  const timestamps = [...signature.matchAll(/(?:^|,)t=(\d+)/g)].map((match) => Number(match[1]));
  const ahead = timestamps.some((timestamp) => timestamp > nowSeconds + TOLERANCE_SECONDS);
  if (ahead || timestamps.length !== 1) throw new Error('Signed in the future');
}

function providerEvent(payload: unknown): ProviderEvent {
  try {
    const { id, type, fact } = readStripeEvent(payload);
    return { provider: 'stripe', eventId: id, type, payload, fact };
  } catch (cause) {
    throw refused('It is not an event that Tollgate can read', cause);
  }
}

function refused(reason: string, cause?: unknown): DomainError {
  return new DomainError('webhook_refused', `This event is refused. ${reason}.`, { cause });
}
