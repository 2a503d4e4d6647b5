import { newId } from '../ids.ts';
import { nowInSeconds, type Simulator } from '../simulator.ts';
import { invalidRequest, resourceMissing } from '../stripe-error.ts';
import { checkCurrency } from './currency.ts';
import type { LineItemParameters } from './parameters.ts';

export type LineItem = ReturnType<typeof buildLineItem>;

/** The lines of a session. Prices that were made beforehand do not exist here: each line brings its own. */
export function buildLineItems(simulator: Simulator, lines: readonly LineItemParameters[] = []) {
  if (lines.length === 0) {
    throw invalidRequest('Missing required param: line_items.', {
      code: 'parameter_missing',
      param: 'line_items',
    });
  }
  const items = lines.map((line, index) => buildLineItem(simulator, line, index));
  if (new Set(items.map((item) => item.currency)).size > 1) {
    throw invalidRequest('All line items must have the same currency.', { param: 'line_items' });
  }
  return items;
}

function buildLineItem(simulator: Simulator, line: LineItemParameters, index: number) {
  const param = `line_items[${index}]`;
  if (line.price !== undefined) throw resourceMissing('price', line.price, `${param}[price]`);
  if (line.price_data === undefined) {
    throw invalidRequest(`Missing required param: ${param}[price_data].`, {
      code: 'parameter_missing',
      param: `${param}[price_data]`,
    });
  }
  const { unit_amount, product_data, recurring } = line.price_data;
  const currency = checkCurrency(line.price_data.currency, `${param}[price_data][currency]`);
  const amount = unit_amount * line.quantity;
  return {
    id: newId('li'),
    object: 'item',
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency,
    description: product_data.name,
    price: buildPrice(simulator, currency, unit_amount, recurring),
    quantity: line.quantity,
  };
}

export type Recurrence = NonNullable<NonNullable<LineItemParameters['price_data']>['recurring']>;

function buildPrice(
  simulator: Simulator,
  currency: string,
  unitAmount: number,
  recurrence: Recurrence | undefined,
) {
  return {
    id: newId('price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: nowInSeconds(simulator),
    currency,
    livemode: false,
    metadata: {},
    nickname: null,
    product: newId('prod', 14),
    recurring:
      recurrence === undefined
        ? null
        : { ...recurrence, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    type: recurrence === undefined ? 'one_time' : 'recurring',
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
  };
}
