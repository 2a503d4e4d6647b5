import { expect, test } from '@jest/globals';
import { decodeForm } from './form.ts';

test('nested and indexed names become objects and arrays', () => {
  const text =
    'line_items[0][price_data][unit_amount]=1000&line_items[0][quantity]=2&line_items[1][quantity]=1&metadata[order_id]=ord_1&expand[]=a&expand[]=b.c&mode=payment';
  expect(decodeForm(text)).toEqual({
    line_items: [{ price_data: { unit_amount: '1000' }, quantity: '2' }, { quantity: '1' }],
    metadata: { order_id: 'ord_1' },
    expand: ['a', 'b.c'],
    mode: 'payment',
  });
});

test('percent-encoded names and values are decoded', () => {
  expect(decodeForm('metadata%5Bna%C3%AFve%5D=a%26b+c')).toEqual({ metadata: { naïve: 'a&b c' } });
});

test('a hostile name stays a name and pollutes nothing', () => {
  const form = decodeForm('__proto__[polluted]=1&metadata[__proto__][polluted]=1&a[constructor]=1');
  expect(Object.hasOwn(form, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
