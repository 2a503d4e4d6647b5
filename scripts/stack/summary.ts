import path from 'node:path';
import type { StackFile } from './stack-file.ts';

/** What a newcomer needs to know, once everything runs. */
export function summary({ addresses, demo }: StackFile, stateFolder: string): string {
  const rows: [string, string | undefined][] = [
    ['Console', addresses.console],
    ['  customer', `${demo.customer.email}  ${demo.customer.password}`],
    ['  admin', `${demo.admin.email}  ${demo.admin.password}`],
    ['API', `${addresses.api}  (docs: ${addresses.api}/docs)`],
    ['Proxy', `${addresses.proxy}/v1  (OpenAI-compatible)`],
    ['  API key', demo.apiKey],
    ['Temporal UI', addresses.temporalUi],
    ['Stripe simulator', addresses.stripeSimulator],
    ['Simulated upstream', addresses.upstream],
    ['Postgres', addresses.postgres.replace(/:[^:@/]*@/, ':…@')],
  ];
  const table = rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(20)}${value}`] : []));
  const state = path.relative(process.cwd(), stateFolder) || '.';
  return [
    '\nTollgate is running.\n',
    ...table,
    `\n  Logs are in ${state}/logs, all of the above with passwords in ${state}/stack.json.`,
    '  Ctrl-C stops everything; the data stays.\n',
  ].join('\n');
}
