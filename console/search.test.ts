import { describe, expect, it } from '@jest/globals';
import { parseSearch, picking, stringifySearch } from './search.ts';

describe('the parameters of an address', () => {
  it('stay text, whatever they look like', () => {
    expect(parseSearch('?token=123e4&model=true')).toEqual({ token: '123e4', model: 'true' });
  });

  it('survive a round trip, without the empty ones', () => {
    const search = { model: 'a/b c&d', from: undefined, key: '' };
    expect(parseSearch(stringifySearch(search))).toEqual({ model: 'a/b c&d' });
    expect(stringifySearch({})).toBe('');
  });

  it('that nobody asked for are dropped', () => {
    expect(picking('ref', 'return')({ ref: 'A', other: 'B', return: '' })).toEqual({ ref: 'A' });
  });
});
