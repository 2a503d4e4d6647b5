import type { ProviderName } from '../billing/orders.ts';
import type { PaymentProvider, PaymentProviders, WebhookParser } from './payments.ts';
import { stripePayments } from './stripe/checkout.ts';
import { stripeWebhookParser } from './stripe/webhook.ts';

/** The part of the configuration that is about providers. */
export interface ProviderKeys {
  STRIPE_SECRET_KEY?: string | undefined;
  STRIPE_WEBHOOK_SECRET?: string | undefined;
  STRIPE_API_URL?: string | undefined;
}

/** A provider without its key does not exist. */
export function configuredProviders(keys: ProviderKeys): PaymentProviders {
  const providers = new Map<ProviderName, PaymentProvider>();
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_API_URL: apiUrl } = keys;
  if (secretKey) providers.set('stripe', stripePayments({ secretKey, apiUrl }));
  return providers;
}

/** A webhook without its secret does not exist either: its route answers 404 before it reads anything. */
export function configuredWebhooks(keys: ProviderKeys): ReadonlyMap<ProviderName, WebhookParser> {
  const parsers = new Map<ProviderName, WebhookParser>();
  const { STRIPE_WEBHOOK_SECRET: secret } = keys;
  if (secret) parsers.set('stripe', stripeWebhookParser(secret));
  return parsers;
}
