/** `npm run migrate`: brings the schema of DATABASE_URL, else of the embedded stack, up to date. */
import { connect } from '../db/connection.ts';
import { migrate } from '../db/migrate.ts';
import { databaseUrl } from './stack/stack-file.ts';

const db = connect({ url: databaseUrl(), poolMax: 2, applicationName: 'tollgate-migrate' });
try {
  const applied = await migrate(db);
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The schema is up to date.');
} catch (error) {
  console.error(`The migration failed and changed nothing of its step: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await db.destroy();
}
