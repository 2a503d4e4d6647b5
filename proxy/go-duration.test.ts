import { expect, it } from '@jest/globals';
import { goDuration } from './go-duration.ts';

it.each([
  [0, '0s'],
  [-5, '0s'],
  [0.2, '1ms'],
  [120, '120ms'],
  [8640, '8.64s'],
  [60_000, '1m0s'],
  [360_000, '6m0s'],
  [3_661_500, '1h1m1.5s'],
])('writes %d ms as %s', (milliseconds, text) => {
  expect(goDuration(milliseconds)).toBe(text);
});
