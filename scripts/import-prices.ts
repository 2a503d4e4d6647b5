/**
 * `npm run prices:import -- file.json [--apply]`: prices from a table of ratios. Prints what would change; with
 * `--apply` writes new price versions, in one transaction. Takes DATABASE_URL, else the embedded stack's database.
 */
import { readFileSync } from 'node:fs';
import { importRatios } from '../billing/ratio-prices.ts';
import { connect } from '../db/connection.ts';
import { applyPriceChanges, findPriceChanges } from './price-changes.ts';
import { parseRatioFile } from './ratio-file.ts';
import { databaseUrl } from './stack/stack-file.ts';

const args = process.argv.slice(2);
const apply = args.includes('--apply');
const [file] = args.filter((arg) => !arg.startsWith('--'));
if (file === undefined) {
  console.error('Say which file: npm run prices:import -- ratios.json [--apply]');
  process.exit(2);
}

let db: ReturnType<typeof connect> | undefined;
try {
  const imported = importRatios(parseRatioFile(readFileSync(file, 'utf8')));
  db = connect({ url: databaseUrl(), poolMax: 2, applicationName: 'tollgate-prices' });
  const changes = await findPriceChanges(db, imported);
  for (const line of changes.lines) console.log(line);
  if (apply) await applyPriceChanges(db, changes);
  const count = `${changes.prices.length} of ${imported.models.length} models`;
  console.log(
    apply ? `Changed the prices of ${count}.` : `Would change the prices of ${count}. Add --apply to do it.`,
  );
} catch (error) {
  console.error(`Nothing was imported: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await db?.destroy();
}
