import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openUpstreamKey, sealUpstreamKey } from './upstream-key.ts';

const encryptionKey = randomBytes(32).toString('base64');

describe("an upstream's key at rest", () => {
  it('is read again with the same encryption key, and differs each time that it is sealed', () => {
    const sealed = sealUpstreamKey(encryptionKey, 'sk-upstream');
    expect(openUpstreamKey(encryptionKey, sealed)).toBe('sk-upstream');
    expect(sealed.includes('sk-upstream')).toBe(false);
    expect(sealUpstreamKey(encryptionKey, 'sk-upstream')).not.toEqual(sealed);
  });

  it('is not read with another key, nor when a bit of it changed', () => {
    const sealed = sealUpstreamKey(encryptionKey, 'sk-upstream');
    expect(() => openUpstreamKey(randomBytes(32).toString('base64'), sealed)).toThrow();
    for (let byte = 0; byte < sealed.length; byte++) {
      const changed = Buffer.from(sealed);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      expect(() => openUpstreamKey(encryptionKey, changed)).toThrow();
    }
  });
});
