import { describe, expect, it } from '@jest/globals';
import type { ApiKey } from '../api/schemas/keys.ts';
import { emptyFields, fieldsOf, limitProblem, toKeyChange, toNewKey } from './key-fields.ts';

const key: ApiKey = {
  id: '0198c0de-0000-7000-8000-000000000000',
  name: 'laptop',
  start: 'tg_abcde',
  models: ['gpt-5'],
  ip_ranges: null,
  spend_limit: { amount_usd: '5.00', window: 'day' },
  expires_at: '2027-01-01T00:00:00.000Z',
  revoked_at: null,
  last_used_at: null,
  created_at: '2026-01-01T00:00:00.000Z',
};
const now = Date.parse('2026-11-21T00:00:00Z');

describe('the form of a key', () => {
  it('leaves out what was left empty in a new key', () => {
    expect(toNewKey({ ...emptyFields, name: ' laptop ' })).toEqual({ name: 'laptop' });
    expect(toNewKey({ ...emptyFields, name: 'a', expires: '7', limit: ' 2.5 ', window: 'week' })).toEqual({
      name: 'a',
      expires_in_days: 7,
      spend_limit: { amount_usd: '2.5', window: 'week' },
    });
  });

  it('sends a key back as it is when nothing was changed, without its expiry', () => {
    expect(toKeyChange(fieldsOf(key), now)).toEqual({
      name: 'laptop',
      models: ['gpt-5'],
      ip_ranges: null,
      spend_limit: { amount_usd: '5.00', window: 'day' },
    });
  });

  it('lifts what was emptied and counts a new expiry from now', () => {
    const emptied = { ...fieldsOf(key), models: [], limit: '', expires: '' };
    expect(toKeyChange(emptied, now)).toMatchObject({ models: null, spend_limit: null, expires_at: null });
    expect(toKeyChange({ ...emptied, expires: '7' }, now).expires_at).toBe('2026-11-28T00:00:00.000Z');
  });

  it.each([['0'], ['0.00'], ['-1'], ['1e3'], ['1,5'], ['abc'], ['1.0000000001']])(
    'refuses a limit of %s',
    (text) => {
      expect(limitProblem(text)).not.toBeNull();
    },
  );

  it.each([[''], ['20'], ['0.50'], [' 0.000000001 ']])('takes a limit of "%s"', (text) => {
    expect(limitProblem(text)).toBeNull();
  });
});
