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

  it('names a wrong variable without repeating its value', () => {
    const attempt = () => loadConfig({ ...minimal, AUTH_SECRET: 'short-secret' });
    expect(attempt).toThrow(/AUTH_SECRET/);
    expect(attempt).not.toThrow(/short-secret/);
  });
});
