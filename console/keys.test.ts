import { describe, expect, it } from '@jest/globals';
import { keyState, sortKeys } from './keys.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function key(created_at: string, change: { revoked_at?: string; expires_at?: string } = {}) {
  return { created_at, revoked_at: null, expires_at: null, ...change };
}

describe('an API key', () => {
  it('is expired from its moment on, and revoked whatever its expiry says', () => {
    expect(keyState(key('', { expires_at: '2026-11-21T12:00:01Z' }), NOW)).toBe('active');
    expect(keyState(key('', { expires_at: '2026-11-21T12:00:00Z' }), NOW)).toBe('expired');
    const both = { expires_at: '2020-01-01T00:00:00Z', revoked_at: '2026-01-01T00:00:00Z' };
    expect(keyState(key('', both), NOW)).toBe('revoked');
  });

  it('that works stands before those that do not, the newest first', () => {
    const old = key('2026-01-01T00:00:00Z');
    const dead = key('2026-11-01T00:00:00Z', { revoked_at: '2026-11-02T00:00:00Z' });
    const fresh = key('2026-10-01T00:00:00Z');
    expect(sortKeys([old, dead, fresh], NOW)).toEqual([fresh, old, dead]);
  });
});
