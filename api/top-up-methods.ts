import { DomainError } from '../billing/errors.ts';
import { formatUsd, NANOS_PER_USD, parseUsd } from '../billing/money.ts';
import type { ProviderName } from '../billing/orders.ts';
import type { Config } from '../config/config.ts';

export interface TopUpMethod {
  method: string;
  label: string;
  provider: ProviderName;
  currency: string;
  presetsUsd: readonly string[];
  minimumNanos: bigint;
  maximumNanos: bigint;
}

const card: TopUpMethod = {
  method: 'card',
  label: 'Card',
  provider: 'stripe',
  currency: 'USD',
  presetsUsd: ['5.00', '10.00', '20.00', '50.00', '100.00'],
  minimumNanos: 1n * NANOS_PER_USD,
  maximumNanos: 5_000n * NANOS_PER_USD,
};

/** A method is offered when its provider can be asked and its webhooks can be trusted. */
export function topUpMethods(config: Config): TopUpMethod[] {
  return config.STRIPE_SECRET_KEY && config.STRIPE_WEBHOOK_SECRET ? [card] : [];
}

export function methodOf(config: Config, name: string): TopUpMethod {
  const method = topUpMethods(config).find((candidate) => candidate.method === name);
  if (!method)
    throw new DomainError('method_not_available', `There is no payment method ${name} here`, {
      param: 'method',
    });
  return method;
}

/** Reads an amount in dollars and cents within the method's limits. */
export function amountOf(text: string, method: TopUpMethod): bigint {
  const nanos = parseUsd(text);
  if (nanos === undefined)
    throw new DomainError('invalid_request', 'The amount is not a sum of money', { param: 'amount_usd' });
  if (nanos < method.minimumNanos)
    throw new DomainError('amount_too_small', `The smallest top-up is $${formatUsd(method.minimumNanos)}`, {
      param: 'amount_usd',
    });
  if (nanos > method.maximumNanos)
    throw new DomainError('amount_too_large', `The largest top-up is $${formatUsd(method.maximumNanos)}`, {
      param: 'amount_usd',
    });
  return nanos;
}
