import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { logKeeper, reasonIn } from './log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tollgate-log-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const crash = [
  'file:///app/api/main.ts:3',
  'throw new Error("x");',
  '      ^',
  'Error: The configuration is not usable',
  '    at main (file:///app/api/main.ts:3:7)',
  '',
  'Node.js v24.21.0',
];

it('surfaces warnings, errors and crashes, and nothing else', () => {
  const said: string[] = [];
  writeFileSync(path.join(folder, 'api.log'), '{"level":50,"msg":"of an earlier start"}\n');
  const logs = logKeeper(folder, (line) => said.push(line));
  logs.surface('api', 'The api');
  const lines = [
    '{"level":30,"msg":"fine"}',
    '{"level":40,"msg":"slow"}',
    '{"level":50,"msg":"failed","err":{"message":"why"}}',
  ];
  appendFileSync(path.join(folder, 'api.log'), `${[...lines, ...crash].join('\n')}\n`);
  logs.end();
  expect(said).toEqual([
    'The api: slow',
    'The api: failed: why',
    'The api: Error: The configuration is not usable',
  ]);
});

it('does not flood the terminal', () => {
  const said: string[] = [];
  const logs = logKeeper(folder, (line) => said.push(line));
  writeFileSync(path.join(folder, 'proxy.log'), '');
  logs.surface('proxy', 'The proxy');
  appendFileSync(path.join(folder, 'proxy.log'), '{"level":50,"msg":"database is gone"}\n'.repeat(100));
  logs.end();
  expect(said).toHaveLength(6);
  expect(said.at(-1)).toContain('95 more lines');
});

it('finds the sentence that tells why a part did not start', () => {
  expect(reasonIn(crash)).toBe('Error: The configuration is not usable');
  const detailed = crash.toSpliced(4, 0, '  API_PORT: Invalid input', '  LOG_LEVEL: Invalid option');
  expect(reasonIn(detailed)).toBe(
    'Error: The configuration is not usable API_PORT: Invalid input LOG_LEVEL: Invalid option',
  );
  expect(reasonIn(['{"level":60,"msg":"The database lacks migrations."}'])).toBe(
    'The database lacks migrations.',
  );
  expect(reasonIn(['{"level":30,"msg":"fine"}'])).toBeUndefined();
});
