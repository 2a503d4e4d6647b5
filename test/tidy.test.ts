import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  bannedCalls,
  LONG_FUNCTION_LINES,
  longFunctions,
  MAX_FUNCTION_LINES,
  tooLongFile,
} from './support/tidy/code-rules.ts';
import { forbiddenImports } from './support/tidy/import-rules.ts';
import {
  badNames,
  downloadAddresses,
  machineTraces,
  missingPlatforms,
} from './support/tidy/repository-rules.ts';
import { parseSource } from './support/tidy/source.ts';

const root = path.join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Also what is about to be added, so that the check speaks before the commit. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(path.join(root, file)));
const sources = files.filter((file) => /\.tsx?$/.test(file)).map((file) => parseSource(file, read(file)));

/** A handful, each with its reason in its own file. */
const MAX_LONG_FUNCTIONS = 8;

const sample = (file: string, text: string) => parseSource(file, text);
const linesOf = (count: number) => 'call();\n'.repeat(count);

describe('imports', () => {
  it('follow the table of docs/architecture.md', () => {
    expect(sources.flatMap(forbiddenImports)).toEqual([]);
  });

  it.each([
    ['billing/a.ts', "import { x } from '../db/ledger.ts';"],
    ['billing/a.ts', "import { createHash } from 'node:crypto';"],
    ['workflows/a.ts', "import { charge } from '../activities/charge.ts';"],
    ['workflows/a.ts', "import { price } from '../billing/pricing.ts';"],
    ['workflows/a.ts', "import pg from 'pg';"],
    ['activities/a.ts', "import { stripe } from '../providers/stripe/client.ts';"],
    ['api/a.ts', "import { topUp } from '../workflows/top-up.ts';"],
    ['api/a.ts', "import { loadConfig } from '../config/config.ts';"],
    ['api/routes/a.ts', "export { topUp } from '../../workflows/top-up.ts';"],
    ['proxy/a.ts', "import { Client } from '@temporalio/client';"],
    ['proxy/a.ts', "import type { TopUpInput } from '../workflows/contract.ts';"],
    ['proxy/main.ts', "const { x } = await import('../activities/x.ts');"],
    ['console/a.tsx', "import { topUp } from '../api/schemas/top-ups.ts';"],
    ['simulators/a.ts', "import { x } from '../billing/money.ts';"],
  ])('of another direction are found: %s %s', (file, text) => {
    expect(forbiddenImports(sample(file, text))).toHaveLength(1);
  });

  it.each([
    ['workflows/a.ts', "import type { Charge } from '../activities/charge.ts';"],
    ['workflows/a.ts', "import { NANOS_PER_CENT } from '../billing/money.ts';"],
    ['api/main.ts', "import { loadConfig } from '../config/config.ts';"],
    ['billing/a.test.ts', "import { connect } from '../db/connection.ts';"],
  ])('that are allowed are not: %s %s', (file, text) => {
    expect(forbiddenImports(sample(file, text))).toEqual([]);
  });
});

describe('sizes', () => {
  it('stay readable', () => {
    expect(sources.flatMap(tooLongFile)).toEqual([]);
    expect(sources.flatMap((source) => longFunctions(source, MAX_FUNCTION_LINES))).toEqual([]);
  });

  it('of functions are an exception above 40 lines', () => {
    const long = sources.flatMap((source) => longFunctions(source, LONG_FUNCTION_LINES));
    expect(long.slice(0, Math.max(0, long.length - MAX_LONG_FUNCTIONS))).toEqual([]);
  });

  it.each([
    `function a() {\n${linesOf(70)}}`,
    `const a = () => {\n${linesOf(70)}};`,
    `class A {\n  a() {\n${linesOf(70)}}\n}`,
  ])('that are too big are found', (text) => {
    expect(longFunctions(sample('api/a.ts', text), MAX_FUNCTION_LINES)).toHaveLength(1);
    expect(longFunctions(sample('api/a.test.ts', text), MAX_FUNCTION_LINES)).toEqual([]);
    expect(tooLongFile(sample('api/a.ts', linesOf(301)))).toHaveLength(1);
    expect(tooLongFile(sample('api/a.ts', linesOf(300)))).toEqual([]);
  });
});

describe('calls', () => {
  it('that must not be made are not made', () => {
    expect(sources.flatMap(bannedCalls)).toEqual([]);
  });

  it.each([
    ['billing/a.ts', 'const now = Date.now();'],
    ['billing/a.ts', 'const now = new Date();'],
    ['billing/a.ts', 'const id = crypto.randomUUID();'],
    ['billing/a.ts', 'const chance = Math.random();'],
    ['api/a.ts', 'const balance = Number(row.balance_nanos);'],
    ['api/a.ts', 'const balance = Number.parseFloat(amountUsd);'],
    ['api/a.ts', 'const balance = parseFloat(body.amount_usd);'],
    ['api/a.ts', 'function charge(amountNanos: number) { return amountNanos; }'],
    ['api/a.ts', 'interface Order { priceCents: number }'],
    ['api/a.ts', 'stripe.webhooks.constructEventWithoutVerification(body);'],
    ['db/a.ts', 'const url = process.env.DATABASE_URL;'],
  ])('are found: %s %s', (file, text) => {
    expect(bannedCalls(sample(file, text))).toHaveLength(1);
  });

  it.each([
    ['billing/a.ts', 'const at = new Date(input.at);'],
    ['api/a.ts', 'const count = Number(row.total_count);'],
    ['api/a.ts', 'const text = "process.env.KEY";'],
    ['config/a.ts', 'const url = process.env.DATABASE_URL;'],
    ['api/a.ts', 'interface Order { priceNanos: bigint }'],
  ])('that are fine are not: %s %s', (file, text) => {
    expect(bannedCalls(sample(file, text))).toEqual([]);
  });
});

describe('the repository', () => {
  it('names files in kebab-case', () => {
    expect(files.flatMap(badNames)).toEqual([]);
    expect(['api/topUps.ts', 'api/TopUps.tsx', 'api_v2/a.ts'].flatMap(badNames)).toHaveLength(3);
  });

  it('holds no path of a machine and no host of a registry', () => {
    const text = files.filter(
      (file) => !file.startsWith('test/support/tidy/') && !/\.(png|ico|woff2?)$/.test(file),
    );
    expect(text.flatMap((file) => machineTraces(file, read(file)))).toEqual([]);
    const bad = [['', 'home', 'me', 'x'].join('/'), ['https://registry', 'npmjs', 'org'].join('.')];
    for (const trace of bad) expect(machineTraces('a.md', `see ${trace}`)).toHaveLength(1);
    expect(machineTraces('a.md', 'GET /api/home/x and ./tmp/y')).toEqual([]);
  });

  it('locks packages without download addresses', () => {
    expect(downloadAddresses(read('package-lock.json'))).toEqual([]);
    expect(downloadAddresses('{"packages":{"a":{"resolved":"https://mirror.test/a.tgz"}}}')).toHaveLength(1);
  });

  it('locks the packages of every platform', () => {
    expect(missingPlatforms(read('package-lock.json'))).toEqual([]);
    const lacking = '{"packages":{"":{},"node_modules/a":{"optionalDependencies":{"a-linux":"1.0.0"}}}}';
    expect(missingPlatforms(lacking)).toEqual(['package-lock.json lacks a-linux']);
  });
});
