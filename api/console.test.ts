import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../test/support/api.ts';

let folder: string;
let api: TestApi;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tollgate-console-'));
  mkdirSync(path.join(folder, 'built', 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  writeFileSync(path.join(folder, 'built', 'index.html'), '<title>Console</title>');
  writeFileSync(path.join(folder, 'built', 'assets', 'app-1a2b.js'), 'run()');
  api = await startTestApi({
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    environment: { CONSOLE_DIR: path.join(folder, 'built') },
  });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

describe('the console', () => {
  it.each(['/console', '/console/', '/console/topup', '/console/orders/0198c0de'])(
    'is one page for every address in it: %s',
    async (address) => {
      const answer = await api.request('GET', address);
      expect([answer.status, answer.text]).toEqual([200, '<title>Console</title>']);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  it('lets browsers keep files whose name has a hash', async () => {
    const answer = await api.request('GET', '/console/assets/app-1a2b.js');
    expect([answer.status, answer.text]).toEqual([200, 'run()']);
    expect(answer.headers.get('cache-control')).toBe('max-age=31536000,immutable');
  });

  it('is where the bare address leads, with what an e-mail link told it', async () => {
    const answer = await api.request('GET', '/?error=INVALID_TOKEN');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console?error=INVALID_TOKEN']);
  });

  it.each([
    '/console/assets/old.js',
    '/console/../secret.txt',
    '/console/%2e%2e/secret.txt',
    '/console/..%2fsecret.txt',
    '/consolex',
  ])('has nothing at %s', async (address) => {
    const answer = await api.request('GET', address);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
  });
});
