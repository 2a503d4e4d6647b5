import { describe, expect, it } from '@jest/globals';
import { type AdmissionFacts, type AdmissionKey, admit, admitCaller } from './admission.ts';

const NOW = Date.UTC(2026, 10, 21);
const goodKey: AdmissionKey = {
  enabled: true,
  revoked: false,
  expiresAtMs: undefined,
  models: undefined,
  accountStatus: 'active',
};
const good: AdmissionFacts = {
  nowMs: NOW,
  key: goodKey,
  addressAllowed: true,
  modelId: 'gpt',
  modelExists: true,
};
const withKey = (key: Partial<AdmissionKey>): Partial<AdmissionFacts> => ({ key: { ...goodKey, ...key } });

describe('admission', () => {
  it('admits a good call', () => {
    expect(admit(good)).toBeUndefined();
    expect(
      admit({ ...good, ...withKey({ expiresAtMs: NOW + 1, models: new Set(['gpt']) }) }),
    ).toBeUndefined();
  });

  it.each([
    ['no such key', { key: undefined }, 'invalid_api_key'],
    ['a revoked key', withKey({ revoked: true }), 'invalid_api_key'],
    ['a key that expires now', withKey({ expiresAtMs: NOW }), 'invalid_api_key'],
    ['a key that is switched off', withKey({ enabled: false }), 'invalid_api_key'],
    ['a suspended account', withKey({ accountStatus: 'suspended' }), 'account_suspended'],
    ['an address that the key does not list', { addressAllowed: false }, 'forbidden'],
    ['a model that the key does not list', withKey({ models: new Set(['other']) }), 'model_not_allowed'],
    ['a model that does not exist', { modelExists: false }, 'model_not_found'],
  ] as const)('refuses %s', (_, facts, code) => {
    expect(admit({ ...good, ...facts })?.code).toBe(code);
  });

  it.each([
    [
      'the key before the account',
      { ...withKey({ revoked: true, accountStatus: 'suspended' }) },
      'invalid_api_key',
    ],
    [
      'the account before the address',
      { ...withKey({ accountStatus: 'suspended' }), addressAllowed: false },
      'account_suspended',
    ],
    ['the address before the model', { addressAllowed: false, modelExists: false }, 'forbidden'],
    [
      'whether the key may before whether the model is there',
      { ...withKey({ models: new Set<string>() }), modelExists: false },
      'model_not_allowed',
    ],
  ] as const)('asks about %s', (_, facts, code) => {
    expect(admit({ ...good, ...facts })?.code).toBe(code);
  });

  it('names the field that is wrong', () => {
    expect(admit({ ...good, modelExists: false })).toMatchObject({ param: 'model' });
    expect(admit({ ...good, key: undefined })?.param).toBeUndefined();
  });

  it('judges a caller before any model is named', () => {
    expect(admitCaller(good)).toBeUndefined();
    expect(admitCaller({ ...good, addressAllowed: false })?.code).toBe('forbidden');
  });
});
