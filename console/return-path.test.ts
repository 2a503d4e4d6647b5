import { describe, expect, it } from '@jest/globals';
import { destinationOf } from './return-path.ts';

const overview = { to: '/', search: {} };

describe('the page after the login', () => {
  it('is the one that was asked for, with its filters', () => {
    expect(destinationOf('/usage?model=gpt&call=1')).toEqual({
      to: '/usage',
      search: { model: 'gpt', call: '1' },
    });
    expect(destinationOf(undefined)).toEqual(overview);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/.//evil.example',
    'usage',
    ' //evil.example',
  ])('is the overview for %s', (path) => {
    expect(destinationOf(path)).toEqual(overview);
  });
});
