import path from 'node:path';
import type { Source } from './source.ts';

interface Rule {
  /** Files and folders of the repository, beside the folder's own. */
  may: string[];
  /** Of these only types. */
  mayTypes?: string[];
  /** Of these also what is written in capitals: a constant. */
  mayConstants?: string[];
  /** Packages; absent: all but Temporal's. */
  packages?: RegExp;
}

const anyButTemporal = /^(?!@temporalio\/)/;

/** The table of docs/architecture.md. A folder that is not here imports what it likes. */
export const importTable: Record<string, Rule> = {
  // Luxon reads the clock only where it is asked to.
  billing: { may: [], packages: /^luxon$/ },
  workflows: {
    may: [],
    mayTypes: ['billing/', 'activities/'],
    mayConstants: ['billing/'],
    packages: /^@temporalio\/(workflow|common)$/,
  },
  activities: {
    may: ['billing/', 'db/'],
    mayTypes: [
      'providers/payments.ts',
      'providers/recurring.ts',
      'providers/refunds.ts',
      'workflows/contract.ts',
      'config/',
    ],
    packages: /^(?!@temporalio\/(?!activity$|common$))/,
  },
  providers: { may: ['billing/'], mayTypes: ['config/'] },
  db: { may: ['billing/'] },
  http: { may: ['billing/'], mayTypes: ['config/'] },
  api: {
    may: ['billing/', 'db/', 'http/', 'workflows/contract.ts'],
    mayTypes: ['config/', 'providers/payments.ts', 'providers/recurring.ts'],
    packages: /^(?!@temporalio\/(?!client$|common$))/,
  },
  proxy: {
    may: [
      'billing/',
      'db/',
      'http/',
      'providers/upstream.ts',
      'providers/upstream-key.ts',
      'providers/openai/',
      'providers/anthropic/',
    ],
    mayTypes: ['config/'],
  },
  worker: {
    may: ['activities/', 'billing/', 'db/', 'http/', 'providers/', 'workflows/contract.ts'],
    mayTypes: ['config/'],
    packages: /./,
  },
  console: { may: [], mayTypes: ['api/schemas/'] },
  simulators: { may: [] },
  config: { may: [] },
};

/** `main.ts` wires: it alone reads the configuration and chooses providers. */
const mainMay = ['config/', 'providers/configured.ts'];

const isTest = (file: string) => /\.test\.tsx?$|(^|\/)test-[\w-]+\.ts$|\.config\.ts$/.test(file);

/** One sentence for each import that the table does not allow. */
export function forbiddenImports({ file, imports }: Source): string[] {
  const folder = file.split('/')[0] ?? '';
  const rule = importTable[folder];
  if (!rule || isTest(file)) return [];
  return imports.flatMap((each) => {
    if (!each.from.startsWith('.')) {
      const allowed = (rule.packages ?? anyButTemporal).test(each.from);
      return allowed ? [] : [`${file} imports the package ${each.from}`];
    }
    const target = path.posix.join(path.posix.dirname(file), each.from);
    const within = (list: string[] = []) =>
      list.some((allowed) => target === allowed || (allowed.endsWith('/') && target.startsWith(allowed)));
    const allowed =
      within([`${folder}/`]) ||
      within(rule.may) ||
      (path.basename(file) === 'main.ts' && within(mainMay)) ||
      (each.typeOnly && within(rule.mayTypes)) ||
      (each.names.every((name) => /^[A-Z][A-Z0-9_]*$/.test(name)) && within(rule.mayConstants));
    return allowed ? [] : [`${file} imports ${target}${each.typeOnly ? ' (types)' : ''}`];
  });
}
