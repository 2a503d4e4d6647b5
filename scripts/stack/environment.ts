import path from 'node:path';
import type { Ports } from './ports.ts';
import type { StackSecrets } from './secrets.ts';

export interface Surroundings {
  stateFolder: string;
  ports: Ports;
  secrets: StackSecrets;
  /** What the caller has set wins over our defaults. */
  given: NodeJS.ProcessEnv;
  databaseUrl: string;
  temporal: { address: string; uiUrl: string | undefined };
  consoleFolder: string;
}

export const local = (port: number) => `http://127.0.0.1:${port}`;

/** With keys of your own it is Stripe itself that is talked to. */
export const usesStripeSimulator = (given: NodeJS.ProcessEnv) => !given.STRIPE_SECRET_KEY;

/** The environment of api, worker and proxy, as config/config.ts reads it. */
export function partEnvironment(surroundings: Surroundings): NodeJS.ProcessEnv {
  const { stateFolder, ports, secrets, given } = surroundings;
  return {
    AUTH_SECRET: secrets.authSecret,
    ENCRYPTION_KEY: secrets.encryptionKey,
    BILLING_TOKEN: secrets.billingToken,
    MAIL_DIR: path.join(stateFolder, 'mail'),
    CONSOLE_DIR: surroundings.consoleFolder,
    PUBLIC_URL: local(ports.api),
    PROXY_PUBLIC_URL: local(ports.proxy),
    ...(surroundings.temporal.uiUrl && { TEMPORAL_UI_URL: surroundings.temporal.uiUrl }),
    ...(usesStripeSimulator(given) && {
      STRIPE_SECRET_KEY: secrets.stripeSecretKey,
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
      STRIPE_API_URL: local(ports.stripeSimulator),
    }),
    SIMULATED_UPSTREAM_URL: local(ports.upstream),
    // Postgres, Temporal, worker, api and simulators share this machine: a second process of the proxy would only take
    // time from the Postgres that it waits for.
    PROXY_PROCESSES: '1',
    ...given,
    DATABASE_URL: surroundings.databaseUrl,
    TEMPORAL_ADDRESS: surroundings.temporal.address,
    API_PORT: String(ports.api),
    PROXY_PORT: String(ports.proxy),
  };
}

/** The environment of the simulators, which know nothing of config/. */
export function simulatorEnvironment(
  surroundings: Pick<Surroundings, 'stateFolder' | 'ports' | 'secrets' | 'given'>,
) {
  const { stateFolder, ports, secrets, given } = surroundings;
  return {
    stripeSimulator: {
      ...given,
      SIMULATOR_PORT: String(ports.stripeSimulator),
      SIMULATOR_STATE_DIR: path.join(stateFolder, 'stripe-simulator'),
      STRIPE_SECRET_KEY: secrets.stripeSecretKey,
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
      STRIPE_WEBHOOK_URL: `${local(ports.api)}/webhooks/stripe`,
    },
    upstream: { ...given, SIMULATOR_PORT: String(ports.upstream) },
  };
}
