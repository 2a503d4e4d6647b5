import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderNumberOf } from './order-number.ts';

it('gives one order one number, without letters that look like digits', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(orderNumberOf(id)).toMatch(/^TG-[0-9A-HJKMNP-TV-Z]{10}$/);
      expect(orderNumberOf(id)).toBe(orderNumberOf(id));
    }),
  );
});

it('gives orders with different ends different numbers', () => {
  const numbers = Array.from({ length: 1000 }, (_, i) =>
    orderNumberOf(`00000000-0000-5000-8000-${i.toString(16).padStart(12, '0')}`),
  );
  expect(new Set(numbers).size).toBe(1000);
});
