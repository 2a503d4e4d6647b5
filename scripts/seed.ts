/**
 * Makes the demo data of the embedded stack: a customer (a sandbox, whose time can be moved), an admin, an API key,
 * and the models that the simulated upstream serves. Safe to repeat: what is there stays, prices that somebody changed
 * included. Prints the logins as one line of JSON for the supervisor.
 */
import pg from 'pg';
import { pino } from 'pino';
import { type Auth, createAuth } from '../api/auth.ts';
import { createApiKey } from '../api/keys.ts';
import { takesRealMoney } from '../api/plan-purchase.ts';
import { createUser, type NewUser } from '../api/users.ts';
import { loadConfig } from '../config/config.ts';
import { connect, type Db } from '../db/connection.ts';
import { hasPaidRealMoney, makeSandbox } from '../db/sandboxes.ts';
import { seedModels } from './demo-models.ts';
import type { DemoLogin, StackFile } from './stack/stack-file.ts';

const CUSTOMER = { email: 'demo@tollgate.localhost', name: 'Demo customer', role: 'customer' } as const;
const ADMIN = { email: 'admin@tollgate.localhost', name: 'Demo admin', role: 'admin' } as const;

const config = loadConfig();
const { CUSTOMER_PASSWORD = '', ADMIN_PASSWORD = '', DEMO_API_KEY } = process.env;
if (!CUSTOMER_PASSWORD || !ADMIN_PASSWORD || !config.SIMULATED_UPSTREAM_URL)
  throw new Error('Set CUSTOMER_PASSWORD, ADMIN_PASSWORD and SIMULATED_UPSTREAM_URL.');

const db = connect({ url: config.DATABASE_URL, poolMax: 2, applicationName: 'tollgate-seed' });
const pool = new pg.Pool({ connectionString: config.DATABASE_URL, max: 2 });
try {
  const auth = createAuth({ config, db, pool, sendMail: async () => {}, logger: pino({ level: 'silent' }) });
  const customer = await ensureLogin(auth, { ...CUSTOMER, password: CUSTOMER_PASSWORD });
  if (!takesRealMoney(config)) await ensureSandbox(customer.accountId);
  const admin = await ensureLogin(auth, { ...ADMIN, password: ADMIN_PASSWORD });
  const apiKey = await ensureKey(auth, customer.accountId, DEMO_API_KEY);
  // As clients of OpenAI write a base URL: with the version.
  await seedModels(db, new URL('/v1', config.SIMULATED_UPSTREAM_URL).href);
  const demo: StackFile['demo'] = { customer, admin, apiKey };
  console.log(JSON.stringify(demo));
} finally {
  await Promise.all([db.destroy(), pool.end()]);
}

async function ensureLogin(auth: Auth, user: NewUser): Promise<DemoLogin> {
  const { email, password } = user;
  const accountId =
    (await accountOf(db, email)) ?? (await createUser(auth, { ...user, emailVerified: true }));
  return { email, password, accountId };
}

async function accountOf(knex: Db, email: string): Promise<string | undefined> {
  const { rows } = await knex.raw('select id from auth_users where email = ?', [email]);
  return rows[0]?.id;
}

/** Its time can be moved, so that a year of a plan can be watched in a minute. */
async function ensureSandbox(accountId: string): Promise<void> {
  await db.transaction(async (trx) => {
    if (!(await hasPaidRealMoney(trx, accountId))) await makeSandbox(trx, accountId);
  });
}

/** The known key as long as it works: somebody may have revoked it, or the database may be another one. */
async function ensureKey(auth: Auth, accountId: string, known: string | undefined): Promise<string> {
  if (known && (await auth.api.verifyApiKey({ body: { key: known } })).valid) return known;
  return (await createApiKey({ auth, db }, { accountId, name: 'Demo key' })).key;
}
