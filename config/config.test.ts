import { describe, expect, it } from '@jest/globals';
import { loadConfig } from './config.ts';

const minimal = {
  DATABASE_URL: 'postgres://localhost/tollgate',
  AUTH_SECRET: 'a-secret-of-thirty-two-characters!!',
};

describe('loadConfig', () => {
  it('treats a blank secret as absent', () => {
    expect(loadConfig({ ...minimal, STRIPE_WEBHOOK_SECRET: '   ' }).STRIPE_WEBHOOK_SECRET).toBeUndefined();
  });

  it('reads the ladder of retries as rising days', () => {
    expect(loadConfig(minimal).DUNNING_RETRY_DAYS).toEqual([1, 3, 5, 7]);
    expect(loadConfig({ ...minimal, DUNNING_RETRY_DAYS: '2,4' }).DUNNING_RETRY_DAYS).toEqual([2, 4]);
    expect(() => loadConfig({ ...minimal, DUNNING_RETRY_DAYS: '3,1' })).toThrow(/DUNNING_RETRY_DAYS/);
  });

  it('takes no billing token that could be guessed', () => {
    expect(() => loadConfig({ ...minimal, BILLING_TOKEN: 'short' })).toThrow(/BILLING_TOKEN/);
    expect(loadConfig({ ...minimal, BILLING_TOKEN: ' ' }).BILLING_TOKEN).toBeUndefined();
  });

  it('names a wrong variable without repeating its value', () => {
    const attempt = () => loadConfig({ ...minimal, AUTH_SECRET: 'short-secret' });
    expect(attempt).toThrow(/AUTH_SECRET/);
    expect(attempt).not.toThrow(/short-secret/);
  });
});
