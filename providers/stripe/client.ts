import Stripe from 'stripe';

export interface StripeOptions {
  secretKey: string;
  /** Another server that speaks Stripe's API. Unset: Stripe itself. */
  apiUrl?: string | undefined;
}

// A request of Stripe takes well under a second; an answer after ten will not come.
const TIMEOUT_MS = 10_000;

/** The retries are Temporal's: there they are visible, bounded by the order's window, and survive a crash. */
export function stripeClient(options: StripeOptions): Stripe {
  return new Stripe(options.secretKey, {
    ...addressOf(options.apiUrl),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

function addressOf(apiUrl: string | undefined) {
  if (!apiUrl) return {};
  const { protocol, hostname, port } = new URL(apiUrl);
  const secure = protocol === 'https:';
  return {
    protocol: secure ? ('https' as const) : ('http' as const),
    host: hostname,
    port: port || (secure ? 443 : 80),
  };
}
