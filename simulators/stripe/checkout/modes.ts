import type { Simulator } from '../simulator.ts';
import { invalidRequest } from '../stripe-error.ts';
import { checkAmount, checkCurrency } from './currency.ts';
import { buildLineItems, type LineItem } from './line-items.ts';
import type { CreateSessionParameters } from './parameters.ts';

/** What the page asks of the buyer; nothing where it only keeps a card. */
export interface Asked {
  lineItems: LineItem[];
  total: number | null;
  currency: string | null;
}

type Mode = CreateSessionParameters['mode'];

/** Parameters that Stripe takes in some modes only. */
const modesOf = {
  customer_creation: ['payment', 'setup'],
  line_items: ['payment', 'subscription'],
  payment_intent_data: ['payment'],
  setup_intent_data: ['setup'],
  subscription_data: ['subscription'],
} as const satisfies Partial<Record<keyof CreateSessionParameters, readonly Mode[]>>;

export function askedFor(simulator: Simulator, parameters: CreateSessionParameters): Asked {
  const { mode } = parameters;
  for (const [param, modes] of Object.entries(modesOf)) {
    const given = parameters[param as keyof typeof modesOf] !== undefined;
    if (given && !(modes as readonly Mode[]).includes(mode)) {
      throw invalidRequest(`You can not pass \`${param}\` in \`${mode}\` mode.`, { param });
    }
  }
  return mode === 'setup' ? card(parameters) : purchase(simulator, parameters, mode);
}

function card(parameters: CreateSessionParameters): Asked {
  const { currency, allowed_payment_method_types } = parameters;
  if (currency === undefined && allowed_payment_method_types === undefined) {
    throw invalidRequest('Missing required param: currency.', {
      code: 'parameter_missing',
      param: 'currency',
    });
  }
  return {
    lineItems: [],
    total: null,
    currency: currency === undefined ? null : checkCurrency(currency, 'currency'),
  };
}

function purchase(
  simulator: Simulator,
  parameters: CreateSessionParameters,
  mode: 'payment' | 'subscription',
): Asked {
  const lineItems = buildLineItems(simulator, parameters.line_items);
  checkRecurrence(lineItems, mode);
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  const currency = lineItems[0]?.currency ?? 'usd';
  if (total > 0 || mode === 'subscription') checkAmount(total, currency, 'line_items');
  return { lineItems, total, currency };
}

/** One line that repeats makes a subscription; several, or other lines beside it, do not exist here. */
function checkRecurrence(lineItems: readonly LineItem[], mode: 'payment' | 'subscription'): void {
  const repeating = lineItems.filter(({ price }) => price.recurring !== null).length;
  if (mode === 'payment' && repeating > 0) {
    throw invalidRequest('You specified `payment` mode but passed a recurring price.', { param: 'mode' });
  }
  if (mode === 'subscription' && (repeating !== 1 || lineItems.length !== 1)) {
    throw invalidRequest('This simulator takes exactly one recurring price in `subscription` mode.', {
      param: 'line_items',
    });
  }
}
