import { invalidRequest } from '../stripe-error.ts';

const currencies = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
const minimumOf: Record<string, number> = { gbp: 30, hkd: 400, cny: 400, jpy: 50, krw: 500 };
const maximum = 99_999_999;

/** Lower-case, as Stripe answers it. */
export function checkCurrency(currency: string, param: string): string {
  const code = currency.toLowerCase();
  if (currencies.has(code)) return code;
  throw invalidRequest(`Invalid currency: ${currency}.`, { param });
}

/** Refuses what Stripe does not charge: less than about 50 US cents, or more than eight digits. */
export function checkAmount(amount: number, currency: string, param: string): void {
  const minimum = minimumOf[currency] ?? 50;
  if (amount < minimum) {
    const message = `The total amount due must be at least ${minimum} in the smallest unit of ${currency}; it is ${amount}.`;
    throw invalidRequest(message, { code: 'amount_too_small', param });
  }
  if (amount > maximum) {
    const message = `The total amount due must be no more than ${maximum} in the smallest unit of ${currency}.`;
    throw invalidRequest(message, { code: 'amount_too_large', param });
  }
}
