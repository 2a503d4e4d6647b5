import { expect, it } from '@jest/globals';
import { formatMinor } from './currency.ts';

it.each([
  [2000n, 'USD', '20.00'],
  [5n, 'EUR', '0.05'],
  [0n, 'USD', '0.00'],
  [500n, 'JPY', '500'],
])('writes %p minor units of %s as %s', (minor, currency, text) => {
  expect(formatMinor(minor, currency)).toBe(text);
});
