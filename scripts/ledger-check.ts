/**
 * `npm run ledger:check`: rebuilds every balance from the ledger's entries and prints drift. Exit code 1 when
 * anything differs. Takes DATABASE_URL, else the database of the embedded stack in this checkout.
 */
import { readFileSync } from 'node:fs';
import { connect } from '../db/connection.ts';
import { checkLedger } from '../db/ledger-check.ts';

function databaseUrl(): string {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  try {
    return JSON.parse(readFileSync('.tollgate/stack.json', 'utf8')).addresses.postgres;
  } catch {
    console.error('Set DATABASE_URL, or start the embedded stack with `npm start` first.');
    process.exit(2);
  }
}

const db = connect({ url: databaseUrl(), applicationName: 'tollgate-ledger-check' });
try {
  const results = await checkLedger(db);
  for (const { name, rows } of results) {
    console.log(`${rows.length === 0 ? 'ok   ' : 'DRIFT'} ${name}`);
    for (const row of rows)
      console.log(`      ${JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`);
  }
  process.exitCode = results.some(({ rows }) => rows.length > 0) ? 1 : 0;
} finally {
  await db.destroy();
}
