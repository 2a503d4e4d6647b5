import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeIntent, intentFor } from './intent.ts';

const kept = new Map<string, string>();
const slot = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};

describe('the idempotency key of a top-up', () => {
  beforeEach(() => kept.clear());

  it('stays the same while the same wish is unanswered', () => {
    const first = intentFor(slot, 'card', '20.00', 1_000);
    expect(intentFor(slot, 'card', '20.00', 61_000).key).toBe(first.key);
  });

  it('is new for another amount, another method, or once the wish was answered', () => {
    const keys = [intentFor(slot, 'card', '20.00', 0).key, intentFor(slot, 'card', '50.00', 0).key];
    keys.push(intentFor(slot, 'crypto', '50.00', 0).key);
    closeIntent(slot);
    keys.push(intentFor(slot, 'crypto', '50.00', 0).key);
    expect(new Set(keys).size).toBe(4);
  });

  it('is new after ten minutes, and where what was kept is broken', () => {
    const first = intentFor(slot, 'card', '20.00', 0);
    expect(intentFor(slot, 'card', '20.00', 600_000).key).not.toBe(first.key);
    kept.set('tollgate.top-up-intent', '{');
    expect(intentFor(slot, 'card', '20.00', 0).key).toMatch(/^[0-9a-f-]{36}$/);
  });
});
