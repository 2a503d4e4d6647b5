import { describe, expect, it } from '@jest/globals';
import type { CatalogUpstream } from '../db/catalog.ts';
import { upstreamsInOrder } from './models.ts';
import { UpstreamHealth } from './upstream-health.ts';

function upstream(id: string, overrides: Partial<CatalogUpstream> = {}): CatalogUpstream {
  return {
    id,
    kind: 'openai',
    baseUrl: `https://${id}.example/v1`,
    encryptedKey: undefined,
    timeoutSeconds: 5,
    billsAfterCancel: false,
    model: 'gpt-4o',
    maxTokensField: 'max_tokens',
    priority: 0,
    weight: 1,
    ...overrides,
  };
}

function fail(health: UpstreamHealth, which: CatalogUpstream, times: number): void {
  for (let i = 0; i < times; i++) health.begin(which).ended({ kind: 'failed' });
}

const ids = (upstreams: CatalogUpstream[]) => upstreams.map(({ id }) => id);
const [a, b] = [upstream('a'), upstream('b')];

describe('the health of upstreams', () => {
  it('leaves out the one that is down, and brings it back after a probe that is answered', () => {
    let nowMs = 0;
    const health = new UpstreamHealth(() => nowMs);
    fail(health, a, 5);
    expect(ids(health.worthAsking([a, b]))).toEqual(['b']);
    nowMs = 1_000;
    expect(ids(health.worthAsking([a, b]))).toEqual(['a', 'b']);
    const probe = health.begin(a);
    expect(ids(health.worthAsking([a, b]))).toEqual(['b']);
    probe.ended({ kind: 'answered' });
    expect(ids(health.worthAsking([a, b]))).toEqual(['a', 'b']);
  });

  it('asks all of them when all are down, and the only one however it is', () => {
    const health = new UpstreamHealth(() => 0);
    fail(health, a, 5);
    fail(health, b, 5);
    expect(ids(health.worthAsking([a, b]))).toEqual(['a', 'b']);
    expect(ids(health.worthAsking([a]))).toEqual(['a']);
  });

  it('leaves out one that cools down, until then', () => {
    let nowMs = 0;
    const health = new UpstreamHealth(() => nowMs);
    health.begin(a).ended({ kind: 'cooling', seconds: 7 });
    expect(ids(health.worthAsking([a, b]))).toEqual(['b']);
    expect(health.states()).toEqual([{ upstream: 'a', model: 'gpt-4o', state: 'cooling' }]);
    nowMs = 7_000;
    expect(ids(health.worthAsking([a, b]))).toEqual(['a', 'b']);
  });

  it('is known for each model apart', () => {
    const health = new UpstreamHealth(() => 0);
    fail(health, a, 5);
    const other = upstream('a', { model: 'gpt-4o-mini' });
    expect(ids(health.worthAsking([other, b]))).toEqual(['a', 'b']);
  });

  it.each([
    ['address', { baseUrl: 'https://new.example/v1' }],
    ['key', { encryptedKey: Buffer.from('new') }],
  ])('is new with a new %s', (_, change) => {
    const health = new UpstreamHealth(() => 0);
    fail(health, a, 5);
    expect(ids(health.worthAsking([upstream('a', change), b]))).toEqual(['a', 'b']);
    // The catalog was read again, and nothing of it changed.
    expect(ids(health.worthAsking([upstream('a'), b]))).toEqual(['b']);
  });

  it('counts streams that break off, and each attempt once', () => {
    const health = new UpstreamHealth(() => 0);
    for (let i = 0; i < 2; i++) health.brokeOff(a);
    const attempt = health.begin(a);
    for (let i = 0; i < 3; i++) attempt.ended({ kind: 'failed' });
    expect(ids(health.worthAsking([a, b]))).toEqual(['a', 'b']);
    for (let i = 0; i < 2; i++) health.brokeOff(a);
    expect(ids(health.worthAsking([a, b]))).toEqual(['b']);
  });
});

describe('the order of upstreams', () => {
  it('is by priority, and among equals by weight', () => {
    const upstreams = [
      upstream('light', { weight: 1 }),
      upstream('heavy', { weight: 3 }),
      upstream('spare', { weight: 1_000, priority: 1 }),
    ];
    const model = { id: 'm', free: false, maxOutputTokens: 1, createdAt: new Date(0), upstreams } as any;
    const draws = 20_000;
    let heavyFirst = 0;
    for (let i = 0; i < draws; i++) {
      const order = ids(upstreamsInOrder(model));
      expect(order[2]).toBe('spare');
      if (order[0] === 'heavy') heavyFirst += 1;
    }
    // 15,000 expected with a deviation of 61: eight of them are never missed by chance.
    expect(Math.abs(heavyFirst - draws * 0.75)).toBeLessThan(500);
  });
});
